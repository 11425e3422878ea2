export { type CacheUnderTest, exampleEntry, testCache } from "./cache.js";
export { type HasherUnderTest, testHasher } from "./hasher.js";
export { findStaleAnswer, type RaceOptions, type SchedulingPoint } from "./races.js";
export { exampleRecord, type RepositoryUnderTest, testRepository } from "./repository.js";
