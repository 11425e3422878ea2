/**
 * The contracts that adapters keep, as test suites.
 *
 * @module @apikey/testing
 */

export { type CacheUnderTest, exampleEntry, testCache } from "./cache.js";
export { type HasherUnderTest, testHasher } from "./hasher.js";
export { findStaleAnswer, type RaceOptions, type SchedulingPoint } from "./races.js";
export { exampleRecord, type RepositoryUnderTest, testRepository } from "./repository.js";
