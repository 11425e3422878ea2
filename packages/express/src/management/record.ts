import type { ApiKey } from "@apikey/core";
import type { InferOutput } from "valibot";
import type { recordSchema } from "./schemas.js";

/** A key as it is answered: field by field, so that nothing else a record may carry gets out. */
export function toRecord(apiKey: ApiKey): InferOutput<typeof recordSchema> {
  return {
    id: apiKey.id,
    keyId: apiKey.keyId,
    version: apiKey.version,
    name: apiKey.name,
    description: apiKey.description,
    ownerId: apiKey.ownerId,
    scopes: [...apiKey.scopes],
    metadata: apiKey.metadata,
    isActive: apiKey.isActive,
    expiresAt: apiKey.expiresAt?.toISOString() ?? null,
    createdAt: apiKey.createdAt.toISOString(),
    updatedAt: apiKey.updatedAt.toISOString(),
    lastUsedAt: apiKey.lastUsedAt?.toISOString() ?? null,
    hint: apiKey.hint,
  };
}
