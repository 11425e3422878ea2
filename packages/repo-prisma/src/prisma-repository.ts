import type {
  ApiKeyFilter,
  ApiKeyOrder,
  ApiKeyRepository,
  LastUse,
  Page,
  PageRequest,
  StoredApiKey,
  StoredApiKeyPatch,
} from "@apikey/core";
import { type CursorPosition, decodeCursor, encodeCursor } from "@apikey/core/repositories";
import { ALL_COLUMNS, COLUMN_NAMES } from "./columns.js";
import { ask } from "./faults.js";
import { findModel, type Model } from "./model.js";
import type { ModelName, ProblemOf, RawClient } from "./model-types.js";
import { type PrismaApiKeyRepositoryOptions, resolveOptions } from "./options.js";
import { toRecord, toRow } from "./rows.js";
import type { Dialect, Table } from "./sql/dialect.js";
import { DIALECTS } from "./sql/dialects.js";
import { afterOf, conditionsOf, orderOf, whereOf } from "./sql/search.js";
import { raw, type Sql, sql } from "./sql/sql.js";
import { isStorableId } from "./sql/storable.js";

/** Last uses written by one statement: well below the packet size that a MySQL server accepts by default. */
const MAX_TOUCHED = 50_000;

class Repository implements ApiKeyRepository {
  /** Other processes write to the same database. */
  readonly shared = true;
  readonly #model: Model;
  readonly #dialect: Dialect;
  readonly #table: Table;
  readonly #timeoutMs: number | false;

  constructor(prisma: RawClient, options: PrismaApiKeyRepositoryOptions = {}) {
    const settings = resolveOptions(options);
    this.#model = findModel(prisma, settings);
    this.#dialect = DIALECTS[this.#model.provider];
    this.#table = quoteNames(this.#model, this.#dialect);
    this.#timeoutMs = settings.timeoutMs;
  }

  async create(record: StoredApiKey): Promise<void> {
    // `createMany` is one INSERT; `create` would read the row back.
    const data = toRow(pickColumns(record), this.#dialect);
    await this.#ask(() => this.#model.delegate.createMany({ data: [data] }), record.hash);
  }

  findById(id: string): Promise<StoredApiKey | undefined> {
    return this.#findUnique("id", id);
  }

  findByKeyId(keyId: string): Promise<StoredApiKey | undefined> {
    return this.#findUnique("keyId", keyId);
  }

  async update(
    id: string,
    expectedVersion: number,
    patch: StoredApiKeyPatch,
  ): Promise<StoredApiKey | undefined> {
    if (!isStorableId(id)) return undefined;
    const data = { ...toRow(patch, this.#dialect), version: expectedVersion + 1 };
    const { count } = await this.#ask(
      () => this.#model.delegate.updateMany({ where: { id, version: expectedVersion }, data }),
      patch.hash,
    );
    return count === 0 ? undefined : this.findById(id);
  }

  async delete(id: string, expectedVersion?: number): Promise<boolean> {
    if (!isStorableId(id)) return false;
    const where = expectedVersion === undefined ? { id } : { id, version: expectedVersion };
    const { count } = await this.#ask(() => this.#model.delegate.deleteMany({ where }));
    return count > 0;
  }

  /** Two statements: the ordered page of ids, and its rows. A key that is deleted between them is left out. */
  async find(
    filter: ApiKeyFilter,
    order: ApiKeyOrder,
    { limit, offset = 0, after }: PageRequest,
  ): Promise<Page<StoredApiKey>> {
    const position = after === undefined ? undefined : decodeCursor(order, after);
    const [table, dialect] = [this.#table, this.#dialect];
    const conditions = [
      ...conditionsOf(filter, table, dialect),
      ...(position ? [afterOf(order, filter, position, table, dialect)] : []),
    ];
    const places = await this.#query(
      sql`SELECT ${table.columns.id} AS ${this.#quoted("id")}, ${table.columns[order.by]} AS ${this.#quoted("value")} FROM ${table.name}${whereOf(conditions)}${orderOf(order, filter, table, dialect)} LIMIT ${raw(String(limit + 1))} OFFSET ${raw(String(offset))}`,
    );
    const page = places.slice(0, limit);
    const last = page.at(-1);
    return {
      items: await this.#read(page.map(({ id }) => String(id))),
      nextCursor:
        last !== undefined && places.length > limit
          ? encodeCursor(order, { value: toPosition(last.value, order), id: String(last.id) })
          : null,
    };
  }

  async count(filter: ApiKeyFilter): Promise<number> {
    const conditions = conditionsOf(filter, this.#table, this.#dialect);
    const [row] = await this.#query(
      sql`SELECT COUNT(*) AS ${this.#quoted("count")} FROM ${this.#table.name}${whereOf(conditions)}`,
    );
    return Number(row?.count);
  }

  async touch(uses: readonly LastUse[]): Promise<void> {
    const latest = latestOf(uses);
    for (let from = 0; from < latest.length; from += MAX_TOUCHED) {
      const statement = this.#dialect.touch(this.#table, latest.slice(from, from + MAX_TOUCHED));
      await this.#ask(() =>
        this.#model.client.$executeRawUnsafe(this.#dialect.textOf(statement), ...statement.values),
      );
    }
  }

  async #findUnique(column: "id" | "keyId", value: string): Promise<StoredApiKey | undefined> {
    if (!isStorableId(value)) return undefined;
    const row = await this.#ask(() =>
      this.#model.delegate.findUnique({ where: { [column]: value }, select: ALL_COLUMNS }),
    );
    // A collation that ignores case would find another key.
    return row?.[column] === value ? toRecord(row, this.#dialect) : undefined;
  }

  async #read(ids: readonly string[]): Promise<StoredApiKey[]> {
    if (ids.length === 0) return [];
    const rows = await this.#ask(() =>
      this.#model.delegate.findMany({ where: { id: { in: ids } }, select: ALL_COLUMNS }),
    );
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => {
      const row = byId.get(id);
      return row ? [toRecord(row, this.#dialect)] : [];
    });
  }

  async #query(statement: Sql): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const rows = await this.#ask(() =>
      this.#model.client.$queryRawUnsafe(this.#dialect.textOf(statement), ...statement.values),
    );
    return rows as readonly Readonly<Record<string, unknown>>[];
  }

  #ask<Answer>(work: () => PromiseLike<Answer>, hash?: string): Promise<Answer> {
    return ask(work, this.#timeoutMs, hash);
  }

  #quoted(name: string): Sql {
    return quote(name, this.#dialect);
  }
}

function quote(name: string, { quote: mark }: Dialect): Sql {
  return raw(`${mark}${name.replaceAll(mark, mark + mark)}${mark}`);
}

function quoteNames({ schema, table, columns }: Model, dialect: Dialect): Table {
  const name = quote(table, dialect);
  return {
    name: schema === undefined ? name : sql`${quote(schema, dialect)}.${name}`,
    columns: Object.fromEntries(
      COLUMN_NAMES.map((column) => [column, quote(columns[column], dialect)]),
    ) as Table["columns"],
  };
}

function pickColumns(record: StoredApiKey): StoredApiKey {
  return Object.fromEntries(
    COLUMN_NAMES.map((column) => [column, record[column]]),
  ) as unknown as StoredApiKey;
}

/** One use of each key, the latest; sorted, so that two batches lock rows in the same order. */
function latestOf(uses: readonly LastUse[]): LastUse[] {
  const latest = new Map<string, LastUse>();
  for (const use of uses) {
    const known = latest.get(use.id);
    if (isStorableId(use.id) && (known === undefined || known.at < use.at)) latest.set(use.id, use);
  }
  return [...latest.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Raw results hold times as the adapter reads them: dates, text or milliseconds. */
function toPosition(value: unknown, { by }: ApiKeyOrder): CursorPosition["value"] {
  if (value === null || value === undefined) return null;
  if (by === "name") return String(value);
  if (value instanceof Date) return value.getTime();
  return typeof value === "string" ? Date.parse(value) : Number(value);
}

/** Builds a repository over a generated Prisma client, whose model the compiler checks. */
export interface PrismaApiKeyRepositoryConstructor {
  /**
   * @param prisma Your client: a `PrismaClient`, an extended one, or that of a `$transaction`. It stays yours: the
   * repository opens and closes nothing.
   * @throws ConfigurationError when the model is missing, lacks columns, or is on a database not spoken here.
   */
  new <Client extends RawClient, Model extends ModelName<Client> | "apiKey" = "apiKey">(
    prisma: Client &
      ([ProblemOf<Client, Model>] extends [never] ? unknown : ProblemOf<Client, Model>),
    options?: PrismaApiKeyRepositoryOptions<Model>,
  ): PrismaApiKeyRepository;
}

/** Keeps keys in a database, over your own Prisma client. */
export interface PrismaApiKeyRepository extends ApiKeyRepository {
  readonly shared: true;
}

/**
 * Keeps keys in SQLite, PostgreSQL, MySQL or MariaDB, over your own Prisma client.
 *
 * @example
 * ```ts
 * const repository = new PrismaApiKeyRepository(prisma); // the model ApiKey
 * const other = new PrismaApiKeyRepository(prisma, { model: "serviceToken" });
 * ```
 */
export const PrismaApiKeyRepository: PrismaApiKeyRepositoryConstructor = Repository;
