import type { Dialect } from "./dialect.js";
import { decodeScopes, encodeScopes, hasScopes } from "./scope-text.js";
import { type Sql, sql } from "./sql.js";

/** Compares bytes: no collation has a say, and no trailing space is passed over. */
const binary = (text: Sql): Sql => sql`CAST(${text} AS BINARY)`;

const contains = (column: Sql, text: string): Sql =>
  sql`INSTR(${binary(column)}, ${binary(sql`${text}`)}) > 0`;

export const mysql: Dialect = {
  quote: "`",
  textOf: (statement) => statement.toText(() => "?"),
  encodeScopes,
  decodeScopes,
  hasScopes: (column, scopes, mode) => hasScopes((text) => contains(column, text), scopes, mode),
  // The first part can use an index, the second is exact.
  equals: (column, text) =>
    sql`(${column} = ${text} AND ${binary(column)} = ${binary(sql`${text}`)})`,
  equalsIgnoringCase: (column, text) =>
    sql`${binary(sql`LOWER(${column})`)} = ${binary(sql`LOWER(${text})`)}`,
  contains,
  containsIgnoringCase: (column, text) =>
    sql`INSTR(${binary(sql`LOWER(${column})`)}, ${binary(sql`LOWER(${text})`)}) > 0`,
  // MySQL reads no range of an index for a comparison of rows, but it does for its first column.
  isAfter: (column, id, value, afterId, direction) =>
    direction === "asc"
      ? sql`${column} >= ${value} AND (${column} > ${value} OR ${id} > ${afterId})`
      : sql`${column} <= ${value} AND (${column} < ${value} OR ${id} < ${afterId})`,
  nullsLast: (column, direction) => sql`${column} IS NULL, ${column} ${direction}`,
  touch({ name, columns: { id, lastUsedAt } }, uses) {
    const rows = uses.map(({ id: of, at }) => [
      of,
      at.toISOString().replace("T", " ").slice(0, -1),
    ]);
    return sql`UPDATE ${name} JOIN JSON_TABLE(${JSON.stringify(rows)}, '$[*]' COLUMNS(
        \`of\` VARCHAR(255) PATH '$[0]', \`at\` DATETIME(3) PATH '$[1]')) AS \`use\`
      ON ${name}.${id} = CONVERT(\`use\`.\`of\` USING utf8mb4) COLLATE utf8mb4_bin
      SET ${name}.${lastUsedAt} = \`use\`.\`at\`
      WHERE ${name}.${lastUsedAt} IS NULL OR ${name}.${lastUsedAt} < \`use\`.\`at\``;
  },
};
