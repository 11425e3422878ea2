import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApiKeyCache,
  type CacheEntry,
  type CacheLease,
  type CacheLookup,
  type Invalidation,
  MemoryCache,
} from "@apikey/core";
import { TieredCache } from "@apikey/core/caches";
import { Redis } from "ioredis";
import { type RedisCacheOptions, resolveOptions } from "./options.js";
import type { RedisClient } from "./redis-client.js";
import { RedisTier } from "./redis-tier.js";

/**
 * Proven keys in Redis, for the whole fleet, with a small tier in the memory of each process.
 *
 * @example
 * ```ts
 * const cache = new RedisCache({ redis: new Redis(process.env.REDIS_URL) });
 * const service = new ApiKeyService({ repository, hasher, cache });
 * ```
 *
 * @remarks
 * A hit in memory sends nothing to Redis, a hit in Redis one GET. An invalidation and its broadcast are one
 * atomic script; it has reached every process within the travel time of the broadcast, and Redis itself when
 * `invalidate` resolves. While a process cannot prove by its heartbeat that it hears the broadcast, its tier
 * in memory is empty and off: a lost invalidation lets a key live on in one process for at most three
 * heartbeats or `memory.ttlMs`, whichever is shorter (on a cluster: `memory.ttlMs`).
 */
export class RedisCache implements ApiKeyCache {
  readonly reach = "fleet";
  readonly #tier: RedisTier;
  readonly #cache: RedisTier | TieredCache;
  readonly #ownClient: Redis | undefined;
  /** Absent without a tier in memory. */
  readonly peek: NonNullable<ApiKeyCache["peek"]> | undefined;

  /** @throws ConfigurationError when an option is wrong, or there is no secret. */
  constructor(options: RedisCacheOptions) {
    const settings = resolveOptions(options);
    const { redis } = options;
    const own = isClient(redis) ? undefined : openClient(redis);
    const client = (own ?? redis) as RedisClient;
    this.#ownClient = own;
    this.#tier = new RedisTier(client, settings, own && (() => own.disconnect(true)));
    const tiered =
      settings.memory &&
      new TieredCache({
        shared: this.#tier,
        memory: new MemoryCache({ maxKeys: settings.memory.maxKeys }),
        memoryTtlMs: settings.memory.ttlMs,
      });
    this.#cache = tiered || this.#tier;
    this.peek = tiered ? tiered.peek.bind(tiered) : undefined;
  }

  /** Whether the invalidations of other processes are being heard, and the tier in memory is on. */
  get listening(): boolean {
    return this.#tier.listening;
  }

  /** Waits until invalidations are being heard. Resolves `false` when that takes longer. */
  async whenListening(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    while (!this.listening && performance.now() < deadline) await sleep(5);
    return this.listening;
  }

  get(keyId: string, key: string, nowMs: number): Promise<CacheLookup> {
    return this.#cache.get(keyId, key, nowMs);
  }

  put(key: string, entry: CacheEntry, expiresAtMs: number, lease: CacheLease): Promise<boolean> {
    return this.#cache.put(key, entry, expiresAtMs, lease);
  }

  invalidate(keyId: string, version: number): Promise<void> {
    return this.#cache.invalidate(keyId, version);
  }

  onInvalidation(listener: (invalidation: Invalidation | undefined) => void): () => void {
    return this.#cache.onInvalidation(listener);
  }

  /** Ends the subscription, and the connection if the cache opened it. */
  async close(): Promise<void> {
    if (this.#cache !== this.#tier) await this.#cache.close();
    await this.#tier.close();
    this.#ownClient?.disconnect();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function isClient(redis: RedisCacheOptions["redis"]): redis is RedisClient {
  return typeof redis === "object" && "evalsha" in redis && typeof redis.evalsha === "function";
}

/** Commands that were under way when a connection broke are not sent again: they would come late. */
function openClient(redis: Exclude<RedisCacheOptions["redis"], RedisClient>): Redis {
  const settings = { autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 };
  const client =
    typeof redis === "string"
      ? new Redis(redis, settings)
      : new Redis({ ...settings, ...(redis as object) });
  // Failures are told by each command; a client without a listener would write them to the console.
  client.on("error", () => undefined);
  return client;
}
