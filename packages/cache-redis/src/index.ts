/**
 * Proven keys in Redis, with revocations broadcast to the whole fleet.
 *
 * @module @apikey/cache-redis
 */

export type { BreakerMessage } from "./circuit-breaker.js";
export type { RedisCacheOptions } from "./options.js";
export { RedisCache } from "./redis-cache.js";
export type { RedisClient } from "./redis-client.js";
