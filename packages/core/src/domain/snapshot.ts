import type { ApiKey, StoredApiKey } from "./api-key.js";
import type { JsonObject } from "./json.js";

/** A deeply frozen copy of a stored key without its hash: what callers and caches get to see. */
export function toApiKey(stored: StoredApiKey): ApiKey {
  return Object.freeze({
    id: stored.id,
    keyId: stored.keyId,
    version: stored.version,
    name: stored.name,
    description: stored.description,
    ownerId: stored.ownerId,
    scopes: Object.freeze([...stored.scopes]),
    metadata: copyMetadata(stored.metadata),
    isActive: stored.isActive,
    expiresAt: copyDate(stored.expiresAt),
    createdAt: new Date(stored.createdAt),
    updatedAt: new Date(stored.updatedAt),
    lastUsedAt: copyDate(stored.lastUsedAt),
    hint: stored.hint,
  });
}

/** Shared by all keys without metadata, which are most. */
const NO_METADATA: JsonObject = Object.freeze({});

function copyMetadata(metadata: JsonObject): JsonObject {
  return Object.keys(metadata).length === 0 ? NO_METADATA : freezeDeep(structuredClone(metadata));
}

function copyDate(date: Date | null): Date | null {
  return date && new Date(date);
}

/** Freezes a JSON value and everything in it, in place. */
export function freezeDeep<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) freezeDeep(inner);
    Object.freeze(value);
  }
  return value;
}
