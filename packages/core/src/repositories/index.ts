/**
 * A repository in memory, and the cursors that every repository shares.
 *
 * @module repositories
 */

export { type CursorPosition, decodeCursor, encodeCursor } from "./cursor.js";
export { InMemoryApiKeyRepository } from "./in-memory-repository.js";
