export * from "./domain/index.js";
export * from "./errors/index.js";
export * from "./hashers/index.js";
export * from "./key-format/index.js";
export * from "./ports/index.js";
export { type CursorPosition, decodeCursor, encodeCursor } from "./repositories/cursor.js";
