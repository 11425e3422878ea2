import { ConfigurationError } from "@apikey/core";
import { join, type Sql, sql } from "./sql.js";

/** Scopes as text, for databases without lists: each between spaces, which no scope can hold. */
export function encodeScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? "" : ` ${scopes.join(" ")} `;
}

export function decodeScopes(stored: unknown): string[] {
  if (typeof stored !== "string") {
    throw new ConfigurationError(
      "The column scopes must be text (String) on this database. Compare the model with the shipped one.",
    );
  }
  return stored.split(" ").filter((scope) => scope !== "");
}

/** @param contains The database's way to find a text in a column, exactly. */
export function hasScopes(
  contains: (text: string) => Sql,
  scopes: readonly string[],
  mode: "all" | "any",
): Sql {
  const each = scopes.map((scope) => contains(` ${scope} `));
  if (each.length === 0) return mode === "all" ? sql`1 = 1` : sql`1 = 0`;
  return sql`(${join(each, mode === "all" ? " AND " : " OR ")})`;
}
