/**
 * Caches over Keyv and in tiers, and the seal for slots in a store that is not trusted.
 *
 * @module caches
 */

export { KeyvCache, type KeyvCacheOptions, type KeyvLike } from "./keyv-cache.js";
export { MemoryCache, type MemoryCacheOptions } from "./memory-cache.js";
export { type OpenedSlot, type PresentedKey, SlotSeal, type SlotSealOptions } from "./slot-seal.js";
export { TieredCache, type TieredCacheOptions } from "./tiered-cache.js";
