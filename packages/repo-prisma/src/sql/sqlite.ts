import type { Dialect } from "./dialect.js";
import { rowIsAfter } from "./row-comparison.js";
import { decodeScopes, encodeScopes, hasScopes } from "./scope-text.js";
import { type Sql, sql } from "./sql.js";

/** `instr` and `=` compare bytes, `lower` folds ASCII only. */
const contains = (column: Sql, text: string): Sql => sql`instr(${column}, ${text}) > 0`;

export const sqlite: Dialect = {
  quote: '"',
  textOf: (statement) => statement.toText(() => "?"),
  encodeScopes,
  decodeScopes,
  hasScopes: (column, scopes, mode) => hasScopes((text) => contains(column, text), scopes, mode),
  equals: (column, text) => sql`${column} = ${text}`,
  equalsIgnoringCase: (column, text) => sql`lower(${column}) = lower(${text})`,
  contains,
  containsIgnoringCase: (column, text) => sql`instr(lower(${column}), lower(${text})) > 0`,
  isAfter: rowIsAfter,
  nullsLast: (column, direction) => sql`${column} ${direction} NULLS LAST`,
  touch({ name, columns: { id, createdAt, lastUsedAt } }, uses) {
    // Adapters write times as text or as milliseconds: `createdAt`, which is never NULL, shows which.
    const rows = uses.map(({ id: of, at }) => [
      of,
      at.toISOString().replace("Z", "+00:00"),
      at.getTime(),
    ]);
    const time = sql`CASE typeof(${name}.${createdAt}) WHEN 'integer' THEN "use"."ms" ELSE "use"."text" END`;
    return sql`UPDATE ${name} SET ${lastUsedAt} = ${time}
      FROM (SELECT json_extract(value, '$[0]') AS "of", json_extract(value, '$[1]') AS "text",
        json_extract(value, '$[2]') AS "ms" FROM json_each(${JSON.stringify(rows)})) AS "use"
      WHERE ${name}.${id} = "use"."of"
        AND (${name}.${lastUsedAt} IS NULL OR ${name}.${lastUsedAt} < ${time})`;
  },
};
