import { ConfigurationError } from "../errors/index.js";
import {
  type ApiKeyCache,
  type CacheEntry,
  type CacheLease,
  type CacheLookup,
  type Invalidation,
  MISMATCH,
} from "../ports/index.js";
import { MemoryCache } from "./memory-cache.js";

/** Options of {@link TieredCache}. */
export interface TieredCacheOptions {
  /** The cache behind, which processes share. */
  readonly shared: ApiKeyCache;
  /** The cache in front. @defaultValue a `MemoryCache` of its own */
  readonly memory?: MemoryCache;
  /**
   * Longest life of an entry in memory, in milliseconds. Where the shared cache tells of invalidations it
   * bounds what a lost one can do; where it does not, it is how long a revoked key works on here, and must
   * be named.
   * @defaultValue 5 000
   */
  readonly memoryTtlMs?: number;
}

/** What was true in both tiers when a look-up began. */
interface Lease {
  readonly memory: CacheLease;
  readonly shared: CacheLease;
  readonly isTold: boolean;
  readonly readAtMs: number;
}

/**
 * A small cache in memory in front of a shared one.
 *
 * @remarks
 * Invalidations that the shared cache tells of are applied to memory by the same version rule, so a late
 * answer of the shared cache cannot bring an old entry back. While they are not being told, memory is
 * emptied and off, and look-ups that began before do not fill it.
 */
export class TieredCache implements ApiKeyCache {
  readonly reach: "process" | "fleet";
  readonly #shared: ApiKeyCache;
  readonly #memory: MemoryCache;
  readonly #memoryTtlMs: number;
  readonly #isBroadcast: boolean;
  readonly #listeners = new Set<(invalidation: Invalidation | undefined) => void>();
  readonly #unsubscribe: (() => void) | undefined;

  /** @throws ConfigurationError when `memoryTtlMs` is out of its range, or missing where it is needed. */
  constructor({ shared, memory = new MemoryCache(), memoryTtlMs }: TieredCacheOptions) {
    this.#isBroadcast = shared.onInvalidation !== undefined;
    if (memoryTtlMs === undefined && !this.#isBroadcast) {
      throw new ConfigurationError(
        "memoryTtlMs: must be named, since the shared cache does not tell of invalidations: for so long a revoked key works on here.",
      );
    }
    const ttlMs = memoryTtlMs ?? 5_000;
    if (!Number.isInteger(ttlMs) || ttlMs < 1 || ttlMs > 86_400_000) {
      throw new ConfigurationError("memoryTtlMs: must be an integer from 1 to 86400000.");
    }
    this.reach = this.#isBroadcast ? shared.reach : "process";
    this.#shared = shared;
    this.#memory = memory;
    this.#memoryTtlMs = ttlMs;
    this.#unsubscribe = shared.onInvalidation?.((invalidation) => this.#hear(invalidation));
  }

  get listening(): boolean {
    return this.#isBroadcast && this.#shared.listening === true;
  }

  peek(keyId: string, key: string, nowMs: number): CacheLookup["answer"] {
    return this.#isMemoryOn() ? this.#memory.peek(keyId, key, nowMs) : undefined;
  }

  async get(keyId: string, key: string, nowMs: number): Promise<CacheLookup> {
    const isTold = this.#isMemoryOn();
    const inMemory = await this.#memory.get(keyId, key, nowMs);
    if (isTold && inMemory.answer !== undefined) return inMemory;
    const lookup = await this.#shared.get(keyId, key, nowMs);
    const { answer, expiresAtMs = 0 } = lookup;
    const lease: Lease = {
      memory: inMemory.lease,
      shared: lookup.lease,
      isTold,
      readAtMs: nowMs,
    };
    if (answer !== undefined && answer !== MISMATCH) {
      await this.#fill(key, answer, expiresAtMs, lease);
    }
    return { answer, lease, expiresAtMs };
  }

  async put(
    key: string,
    entry: CacheEntry,
    expiresAtMs: number,
    lease: CacheLease,
  ): Promise<boolean> {
    if (lease === undefined) return false;
    const taken = lease as Lease;
    const isPut = await this.#shared.put(key, entry, expiresAtMs, taken.shared);
    if (isPut) await this.#fill(key, entry, expiresAtMs, taken);
    return isPut;
  }

  async invalidate(keyId: string, version: number): Promise<void> {
    // Memory first, before anything is waited for: this process is right even if the shared tier is down.
    await Promise.all([
      this.#memory.invalidate(keyId, version),
      this.#shared.invalidate(keyId, version),
    ]);
  }

  onInvalidation(listener: (invalidation: Invalidation | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#memory.clear();
  }

  #isMemoryOn(): boolean {
    return !this.#isBroadcast || this.#shared.listening === true;
  }

  async #fill(key: string, entry: CacheEntry, expiresAtMs: number, lease: Lease): Promise<void> {
    if (!lease.isTold || !this.#isMemoryOn()) return;
    const endMs = Math.min(expiresAtMs, lease.readAtMs + this.#memoryTtlMs);
    await this.#memory.put(key, entry, endMs, lease.memory);
  }

  #hear(invalidation: Invalidation | undefined): void {
    if (invalidation === undefined) this.#memory.clear();
    else void this.#memory.invalidate(invalidation.keyId, invalidation.version);
    for (const listener of this.#listeners) listener(invalidation);
  }
}
