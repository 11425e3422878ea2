export { type HasherUnderTest, testHasher } from "./hasher.js";
export { exampleRecord, type RepositoryUnderTest, testRepository } from "./repository.js";
