export type { BreakerMessage } from "./circuit-breaker.js";
export type { RedisCacheOptions } from "./options.js";
export { RedisCache } from "./redis-cache.js";
export type { RedisClient } from "./redis-client.js";
