export type { ApiKeyCache, CacheEntry, CacheLease, CacheLookup, Invalidation } from "./cache.js";
export { ALL_VERSIONS, MISMATCH } from "./cache.js";
export { type Clock, systemClock } from "./clock.js";
export type { ApiKeyHasher, HashMatch } from "./hasher.js";
export { type RandomSource, systemRandom } from "./random.js";
export type { ApiKeyRepository, LastUse, StoredApiKeyPatch } from "./repository.js";
