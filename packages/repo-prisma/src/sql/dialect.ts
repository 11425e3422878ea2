import type { LastUse } from "@apikey/core";
import type { Model } from "../model.js";
import type { Sql } from "./sql.js";

/** The model's table and columns, quoted. */
export interface Table {
  readonly name: Sql;
  readonly columns: Readonly<Record<keyof Model["columns"], Sql>>;
}

/** What one database spells in its own way. */
export interface Dialect {
  readonly quote: '"' | "`";
  /** The statement with placeholders. */
  textOf(statement: Sql): string;
  /** A list of scopes as the column holds it. */
  encodeScopes(scopes: readonly string[]): string | readonly string[];
  decodeScopes(stored: unknown): readonly string[];
  hasScopes(column: Sql, scopes: readonly string[], mode: "all" | "any"): Sql;
  /** Equal in every character, whatever the collation. */
  equals(column: Sql, text: string): Sql;
  /** Equal but for the case of letters. */
  equalsIgnoringCase(column: Sql, text: string): Sql;
  contains(column: Sql, text: string): Sql;
  containsIgnoringCase(column: Sql, text: string): Sql;
  /** Whether `(column, id)` comes after `(value, afterId)`, none of which is NULL. */
  isAfter(
    column: Sql,
    id: Sql,
    value: string | Date,
    afterId: string,
    direction: "asc" | "desc",
  ): Sql;
  /** Orders NULL last. */
  nullsLast(column: Sql, direction: Sql): Sql;
  /** Sets `lastUsedAt` to the later of what is stored and what is given: one statement. */
  touch(table: Table, uses: readonly LastUse[]): Sql;
}
