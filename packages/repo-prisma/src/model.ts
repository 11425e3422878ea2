import { ConfigurationError } from "@apikey/core";
import { COLUMN_NAMES, COLUMNS, type Column } from "./columns.js";
import type { RawClient } from "./model-types.js";
import { PROVIDERS, type Provider, type RepositorySettings } from "./options.js";

/** A row as the client hands it out. */
export type Row = Readonly<Record<Column, unknown>>;

/** What is asked of a model's delegate. */
interface Delegate {
  findUnique(args: object): PromiseLike<Row | null>;
  findMany(args: object): PromiseLike<readonly Row[]>;
  createMany(args: object): PromiseLike<{ count: number }>;
  updateMany(args: object): PromiseLike<{ count: number }>;
  deleteMany(args: object): PromiseLike<{ count: number }>;
}

/** A client, the model in it that holds the keys, and how the database names it. */
export interface Model {
  readonly client: RawClient;
  readonly delegate: Delegate;
  readonly provider: Provider;
  readonly schema: string | undefined;
  readonly table: string;
  readonly columns: Readonly<Record<Column, string>>;
}

/** What a generated client knows of its models. Not a public part of Prisma: everything may be missing. */
interface ClientInternals {
  readonly _activeProvider?: string;
  readonly _runtimeDataModel?: {
    readonly models?: Readonly<Record<string, ModelInternals>>;
  };
}

interface ModelInternals {
  readonly dbName?: string | null;
  readonly schema?: string | null;
  readonly fields?: readonly {
    readonly name: string;
    readonly type?: string;
    readonly dbName?: string | null;
  }[];
}

const METHODS = ["findUnique", "findMany", "createMany", "updateMany", "deleteMany"] as const;

/** @throws ConfigurationError that says what does not fit, and what to write. */
export function findModel(client: RawClient, settings: RepositorySettings): Model {
  const delegate = requireDelegate(client, settings.model);
  const internals = internalsOf(client, settings.model);
  if (internals) requireColumns(internals, settings.model);
  const table = settings.table ?? internals?.dbName ?? internals?.name;
  if (table === undefined) {
    throw new ConfigurationError(
      `The Prisma client does not tell the table of its model ${settings.model}. Say it: { table: "ApiKey" }, and { columns: { keyId: "key_id" } } for columns of other names.`,
    );
  }
  return {
    client,
    delegate,
    provider: settings.provider ?? requireProvider(client),
    schema: settings.schema ?? internals?.schema ?? undefined,
    table,
    columns: namesOf(internals, settings),
  };
}

function requireDelegate(client: RawClient, model: string): Delegate {
  const isClient =
    typeof client === "object" &&
    client !== null &&
    typeof client.$queryRawUnsafe === "function" &&
    typeof client.$executeRawUnsafe === "function";
  if (!isClient) {
    throw new ConfigurationError(
      "prisma: must be a Prisma client, as in new PrismaApiKeyRepository(new PrismaClient({ adapter })).",
    );
  }
  const delegate = (client as unknown as Record<string, unknown>)[model] as Delegate | undefined;
  if (METHODS.some((method) => typeof delegate?.[method] !== "function")) {
    throw new ConfigurationError(
      `model: the Prisma client has no model ${model}. Add the one that this package ships to your schema and run \`prisma generate\`, or name yours: { model: "serviceToken" }.`,
    );
  }
  return delegate as Delegate;
}

function internalsOf(
  client: RawClient,
  model: string,
): (ModelInternals & { readonly name: string }) | undefined {
  const { models = {} } = (client as ClientInternals)._runtimeDataModel ?? {};
  const name = Object.keys(models).find(
    (candidate) => candidate.charAt(0).toLowerCase() + candidate.slice(1) === model,
  );
  const internals = name === undefined ? undefined : models[name];
  return name === undefined || internals === undefined ? undefined : { ...internals, name };
}

function requireColumns({ fields = [] }: ModelInternals, model: string): void {
  const types = new Map(fields.map(({ name, type }) => [name, type]));
  const missing = COLUMN_NAMES.filter((column) => !types.has(column));
  if (missing.length > 0) {
    throw new ConfigurationError(
      `The model ${model} lacks ${missing.join(", ")}. Compare it with the one that @apikey/repo-prisma ships.`,
    );
  }
  const wrong = COLUMN_NAMES.filter((column) => types.get(column) !== COLUMNS[column]);
  if (wrong.length > 0) {
    const expected = wrong.map((column) => `${column} must be ${COLUMNS[column]}`);
    throw new ConfigurationError(`In the model ${model}, ${expected.join(", ")}.`);
  }
}

function requireProvider(client: RawClient): Provider {
  const { _activeProvider: active } = client as ClientInternals;
  const provider = PROVIDERS.find((one) => one === (active === "postgres" ? "postgresql" : active));
  if (provider !== undefined) return provider;
  throw new ConfigurationError(
    active === undefined
      ? 'The Prisma client does not tell its database. Say it: { provider: "postgresql" }.'
      : `The database of the Prisma client is ${active}, which is none of ${PROVIDERS.join(", ")}. If it speaks the SQL of one of them, say so: { provider: "postgresql" }.`,
  );
}

function namesOf(
  internals: ModelInternals | undefined,
  { columns = {} }: RepositorySettings,
): Record<Column, string> {
  const mapped = new Map(internals?.fields?.map(({ name, dbName }) => [name, dbName]));
  return Object.fromEntries(
    COLUMN_NAMES.map((column) => [column, columns[column] ?? mapped.get(column) ?? column]),
  ) as Record<Column, string>;
}
