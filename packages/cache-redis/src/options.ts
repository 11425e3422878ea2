import { type PepperOption, resolvePeppers } from "@apikey/core/hashers";
import { configure, integer, objectMessage } from "@apikey/core/validation";
import type { RedisOptions } from "ioredis";
import * as v from "valibot";
import type { RedisClient } from "./redis-client.js";

/** Options of a `RedisCache`. */
export interface RedisCacheOptions {
  /**
   * An ioredis client of your own (`Redis` or `Cluster`, version 5 or 6), which stays open; or a URL or
   * ioredis options, from which the cache opens and closes one.
   */
  readonly redis: RedisClient | RedisOptions | string;
  /** Stands before every key and channel: 1 to 64 letters, digits, `_`, `-`, `.`, `:`. @defaultValue `"apikey"` */
  readonly namespace?: string;
  /** Seals the slots; of several, the first seals and all open. @defaultValue `API_KEY_PEPPER` */
  readonly secret?: PepperOption;
  /**
   * The tier in the memory of this process: keys to keep, and their longest life in milliseconds, which
   * bounds what a lost invalidation can do. `false` for none.
   * @defaultValue `{ maxKeys: 100_000, ttlMs: 5_000 }`
   */
  readonly memory?: { readonly maxKeys?: number; readonly ttlMs?: number } | false;
  /** Longest life of an entry in Redis, in milliseconds, 1 to 86 400 000. @defaultValue 300 000 */
  readonly maxTtlMs?: number;
  /** A command not answered within this has failed, in milliseconds, 1 to 60 000. @defaultValue 100 */
  readonly commandTimeoutMs?: number;
  /** Time between heartbeats in milliseconds, 10 to 60 000. @defaultValue 1 000 */
  readonly heartbeatMs?: number;
  /**
   * After how many failures in a row (1 to 1000) to stop asking, and for how long (milliseconds, 1 to
   * 600 000). @defaultValue `{ failures: 5, openMs: 1_000 }`
   */
  readonly breaker?: { readonly failures?: number; readonly openMs?: number };
}

/** Options with their defaults filled in, but for the client. */
export interface RedisCacheSettings {
  readonly namespace: string;
  readonly secrets: readonly [string, ...string[]];
  readonly memory: { readonly maxKeys: number; readonly ttlMs: number } | false;
  readonly maxTtlMs: number;
  readonly commandTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly breaker: { readonly failures: number; readonly openMs: number };
}

const schema = v.strictObject(
  {
    redis: v.custom<RedisCacheOptions["redis"]>(
      (value) => typeof value === "string" || (typeof value === "object" && value !== null),
      "must be an ioredis client, its options or a URL",
    ),
    namespace: v.optional(
      v.custom<string>(
        (value) => typeof value === "string" && /^[\w.:-]{1,64}$/.test(value),
        "must be 1 to 64 letters, digits, _ - . or :",
      ),
      "apikey",
    ),
    secret: v.optional(v.custom<PepperOption>(() => true)),
    memory: v.optional(
      v.union(
        [
          v.literal(false),
          v.strictObject({
            maxKeys: v.optional(integer(1, 10_000_000), 100_000),
            ttlMs: v.optional(integer(1, 86_400_000), 5_000),
          }),
        ],
        "must be { maxKeys, ttlMs } or false",
      ),
      {},
    ),
    maxTtlMs: v.optional(integer(1, 86_400_000), 300_000),
    commandTimeoutMs: v.optional(integer(1, 60_000), 100),
    heartbeatMs: v.optional(integer(10, 60_000), 1_000),
    breaker: v.optional(
      v.strictObject(
        {
          failures: v.optional(integer(1, 1_000), 5),
          openMs: v.optional(integer(1, 600_000), 1_000),
        },
        objectMessage,
      ),
      {},
    ),
  },
  objectMessage,
);

/** @throws ConfigurationError that names each option and its rule. */
export function resolveOptions(options: RedisCacheOptions): RedisCacheSettings {
  const { redis: _, secret, ...settings } = configure(schema, options);
  return { ...settings, secrets: resolvePeppers(secret) };
}
