/**
 * Creates API keys and verifies them: the service, its ports, errors and channels.
 *
 * @module core
 */

export { MemoryCache, type MemoryCacheOptions } from "./caches/memory-cache.js";
export * from "./domain/index.js";
export * from "./errors/index.js";
export * from "./key-format/index.js";
export * from "./ports/index.js";
export * from "./service/index.js";
export * from "./telemetry/index.js";
