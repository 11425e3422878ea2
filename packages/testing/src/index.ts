export { type HasherUnderTest, testHasher } from "./hasher.js";
