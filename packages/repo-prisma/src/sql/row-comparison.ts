import { type Sql, sql } from "./sql.js";

/** `(column, id) > (value, afterId)`, which SQLite and PostgreSQL answer from an index. */
export function rowIsAfter(
  column: Sql,
  id: Sql,
  value: string | Date,
  afterId: string,
  direction: "asc" | "desc",
): Sql {
  return direction === "asc"
    ? sql`(${column}, ${id}) > (${value}, ${afterId})`
    : sql`(${column}, ${id}) < (${value}, ${afterId})`;
}
