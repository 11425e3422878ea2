import { configure, integer, objectMessage } from "@apikey/core/validation";
import * as v from "valibot";
import { COLUMN_NAMES, type Column } from "./columns.js";

/** Databases whose SQL this package speaks, as Prisma names them. MariaDB is `mysql`. */
export const PROVIDERS = ["sqlite", "postgresql", "mysql"] as const;

export type Provider = (typeof PROVIDERS)[number];

/** Options of a `PrismaApiKeyRepository`. */
export interface PrismaApiKeyRepositoryOptions<Model extends string = string> {
  /** The model that holds the keys, as in `prisma.serviceToken`. @defaultValue `"apiKey"` */
  readonly model?: Model;
  /**
   * A call that has not been answered by then rejects with `RepositoryUnavailableError`, in milliseconds, 1 to
   * 600 000; `false` to wait as long as the driver does. @defaultValue 10 000
   */
  readonly timeoutMs?: number | false;
  /** @defaultValue what the client was generated for */
  readonly provider?: Provider;
  /**
   * Table of the model, for a client that does not tell.
   * @defaultValue what the client was generated with: the model's name, or its `@@map`
   */
  readonly table?: string;
  /** Schema of the table. @defaultValue the model's `@@schema`; else the one that the connection looks in */
  readonly schema?: string;
  /** Column names, for a client that does not tell. @defaultValue the fields' names, or their `@map` */
  readonly columns?: Readonly<Partial<Record<Column, string>>>;
}

/** Options with their defaults filled in; what the client tells is still open. */
export interface RepositorySettings extends PrismaApiKeyRepositoryOptions {
  readonly model: string;
  readonly timeoutMs: number | false;
}

const NAME_RULE = "must be a name of 1 to 128 characters";

const name = v.pipe(
  v.string(NAME_RULE),
  v.check((text) => text.length > 0 && text.length <= 128 && !text.includes("\0"), NAME_RULE),
);

const schema = v.strictObject(
  {
    model: v.optional(name, "apiKey"),
    timeoutMs: v.optional(
      v.union(
        [v.literal(false), integer(1, 600_000)],
        "must be an integer from 1 to 600000, or false",
      ),
      10_000,
    ),
    provider: v.optional(v.picklist(PROVIDERS, `must be one of ${PROVIDERS.join(", ")}`)),
    table: v.optional(name),
    schema: v.optional(name),
    columns: v.optional(
      v.strictObject(
        Object.fromEntries(COLUMN_NAMES.map((column) => [column, v.optional(name)])),
        objectMessage,
      ),
    ),
  },
  objectMessage,
);

/** @throws ConfigurationError that names each option and its rule. */
export function resolveOptions(options: PrismaApiKeyRepositoryOptions): RepositorySettings {
  return configure(schema, options) as RepositorySettings;
}
