import type { JsonObject, StoredApiKey } from "@apikey/core";
import type { Row } from "./model.js";
import type { Dialect } from "./sql/dialect.js";

/** A record, or a part of one, as the client stores it. */
export function toRow(
  { scopes, ...record }: Partial<StoredApiKey>,
  dialect: Dialect,
): Record<string, unknown> {
  return scopes === undefined ? record : { ...record, scopes: dialect.encodeScopes(scopes) };
}

/** The record of a row, which has been read with all columns. */
export function toRecord(row: Row, dialect: Dialect): StoredApiKey {
  return {
    ...(row as unknown as StoredApiKey),
    metadata: row.metadata as JsonObject,
    scopes: dialect.decodeScopes(row.scopes),
  };
}
