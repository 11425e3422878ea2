import type { JsonObject } from "./json.js";

/** An API key as its owner and its administrators see it: without its secret or hash. Times are UTC. */
export interface ApiKey {
  /** Primary identifier: a random UUID (RFC 9562, version 4). Never part of the key string. */
  readonly id: string;
  /** Public part of the key string, the look-up handle; 16 lower-case hex characters by default. */
  readonly keyId: string;
  /** Incremented by every change except `lastUsedAt`; starts at 1. */
  readonly version: number;
  readonly name: string;
  readonly description: string | null;
  /** Whose key this is, in the application's own terms (a user id, a tenant id); `null` when nobody's. */
  readonly ownerId: string | null;
  /** What the key may do: sorted, without duplicates. */
  readonly scopes: readonly string[];
  /** Free JSON of the application's own. */
  readonly metadata: JsonObject;
  /** `false` after `deactivate`: the key is refused until it is activated again. */
  readonly isActive: boolean;
  /** From this moment on the key is refused; `null` when it never expires. */
  readonly expiresAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Last accepted verification, coalesced (see `lastUsed`); `null` when the key was never used. */
  readonly lastUsedAt: Date | null;
  /** First and last four characters of the secret joined by `…`, for people to tell keys apart. */
  readonly hint: string;
}

/** What a repository stores: the key and the hash of its secret. It never leaves the service. */
export interface StoredApiKey extends ApiKey {
  /** Hash of the secret, in PHC string format or the hasher's own (bcrypt's `$2b$…`). */
  readonly hash: string;
}
