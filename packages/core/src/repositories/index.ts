export { type CursorPosition, decodeCursor, encodeCursor } from "./cursor.js";
export { InMemoryApiKeyRepository } from "./in-memory-repository.js";
