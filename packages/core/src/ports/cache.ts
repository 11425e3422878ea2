import type { ApiKey } from "../domain/api-key.js";

/** The version that bars all others: of a deleted key, which has no next one. */
export const ALL_VERSIONS = Number.MAX_SAFE_INTEGER;

/** What a cache keeps of a key that was proven: enough to verify it again without its hash. */
export interface CacheEntry {
  /** The record as of `record.version`, frozen. */
  readonly record: ApiKey;
  /**
   * Fingerprint of the stored hash that the key was proven against, see `fingerprintHash`. It lets the
   * proof outlive a change of the record in every process that has seen the entry.
   */
  readonly proof: string;
}

/** A slot was found, but it was made for another key string: the presented secret is wrong. */
export const MISMATCH = Symbol("apikey.mismatch");

/**
 * What was seen at the start of a look-up. It goes back into `put`, which refuses what may have been
 * overtaken by an invalidation since. Opaque: only the cache that made it reads it.
 */
export type CacheLease = unknown;

export interface CacheLookup {
  /** The entry, `MISMATCH`, or `undefined` when the slot holds no entry that may be used. */
  readonly answer: CacheEntry | typeof MISMATCH | undefined;
  readonly lease: CacheLease;
  /** When the entry ceases to be good, as Unix time in milliseconds; absent without one. */
  readonly expiresAtMs?: number;
}

/** Versions of a key below `version` are barred. */
export interface Invalidation {
  readonly keyId: string;
  readonly version: number;
}

/**
 * Keeps one slot per key id, which holds an entry, a tombstone or nothing.
 *
 * @remarks
 * The promise that every cache makes, and on which revocation rests: **once `invalidate(keyId, v)` has
 * resolved, no look-up that starts later answers with a version below `v`**, whatever puts are still on
 * their way. A cache compares digests of key strings of its own making; it never keeps a key string.
 *
 * A cache that cannot answer rejects (`CacheUnavailableError`): verification then goes on without it, and
 * an invalidation is tried again until it lands.
 */
export interface ApiKeyCache {
  /**
   * How far an invalidation reaches: `"process"`, only this object; `"fleet"`, every process that uses the
   * same cache, when `invalidate` resolves or within the delay of a broadcast.
   */
  readonly reach: "process" | "fleet";

  /** Looks in this process only, without waiting. Absent where there is nothing in process to look at. */
  peek?: ((keyId: string, key: string, nowMs: number) => CacheLookup["answer"]) | undefined;

  get(keyId: string, key: string, nowMs: number): Promise<CacheLookup>;

  /**
   * Stores the entry for this very key string, until `expiresAtMs` (Unix time in milliseconds) at the
   * latest, unless the slot holds a newer version or has been invalidated since the lease was given.
   * Resolves `false` when it was refused.
   */
  put(key: string, entry: CacheEntry, expiresAtMs: number, lease: CacheLease): Promise<boolean>;

  /** Bars all versions below `version`, in this process at once and elsewhere when it resolves. */
  invalidate(keyId: string, version: number): Promise<void>;

  /**
   * Calls `listener` for each invalidation made by other processes, and with `undefined` when some may
   * have been missed. Absent where nothing is told. Returns a function that ends the subscription.
   */
  onInvalidation?(listener: (invalidation: Invalidation | undefined) => void): () => void;

  /** Whether invalidations of other processes are being told right now. */
  readonly listening?: boolean;

  /** Releases what the cache opened itself. */
  close?(): Promise<void>;
}
