import { ConfigurationError } from "@apikey/core";
import type { Dialect } from "./dialect.js";
import { rowIsAfter } from "./row-comparison.js";
import { join, type Sql, sql } from "./sql.js";

export const postgresql: Dialect = {
  quote: '"',
  textOf: (statement) => statement.toText((position) => `$${position}`),
  encodeScopes: (scopes) => scopes,
  decodeScopes(stored) {
    if (Array.isArray(stored)) return stored;
    throw new ConfigurationError(
      "The column scopes must be a list (String[]) on PostgreSQL. Compare the model with the shipped one.",
    );
  },
  hasScopes(column, scopes, mode) {
    // An empty list is contained in every one, and overlaps none.
    const list = scopes.length === 0 ? sql`ARRAY[]::text[]` : sql`ARRAY[${join(scopes)}]::text[]`;
    return mode === "all" ? sql`${column} @> ${list}` : sql`${column} && ${list}`;
  },
  equals: (column, text) => sql`${column} = ${text}`,
  // In the collation C, `lower` folds ASCII only: the locale of the database does not matter.
  equalsIgnoringCase: (column, text) =>
    sql`lower(${column} COLLATE "C") = lower(${text} COLLATE "C")`,
  contains: (column, text) => sql`position(${text} IN ${column}) > 0`,
  containsIgnoringCase: (column, text) =>
    sql`position(lower(${text} COLLATE "C") IN lower(${column} COLLATE "C")) > 0`,
  isAfter: rowIsAfter,
  nullsLast: (column, direction) => sql`${column} ${direction} NULLS LAST`,
  touch({ name, columns: { id, lastUsedAt } }, uses) {
    const [idName, timeName] = [unquote(id), unquote(lastUsedAt)];
    // Written as Prisma's adapter writes times, and read by the table's own row type: whatever type the column
    // has, the value is the one that an update through the client would have stored.
    const rows = uses.map(({ id: of, at }) => ({
      [idName]: of,
      [timeName]: at.toISOString().slice(0, -1),
    }));
    // Locks in the order of ids before it updates in any: batches of two processes wait for each other, and
    // never both.
    return sql`WITH "use" AS MATERIALIZED (
        SELECT ${id}, ${lastUsedAt}
        FROM jsonb_populate_recordset(NULL::${name}, ${JSON.stringify(rows)}::jsonb)
      ), "locked" AS MATERIALIZED (
        SELECT ${id} FROM ${name} WHERE ${id} IN (SELECT ${id} FROM "use")
        ORDER BY ${id} FOR NO KEY UPDATE
      )
      UPDATE ${name} AS "key" SET ${lastUsedAt} = "use".${lastUsedAt}
      FROM "use" JOIN "locked" ON "locked".${id} = "use".${id}
      WHERE "key".${id} = "use".${id}
        AND ("key".${lastUsedAt} IS NULL OR "key".${lastUsedAt} < "use".${lastUsedAt})`;
  },
};

/** The name that a quoted one stands for. */
function unquote(name: Sql): string {
  return name.toText(String).slice(1, -1).replaceAll('""', '"');
}
