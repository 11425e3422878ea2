export { KeyFormat, type KeyParseFailure, type ParsedKey } from "./key-format.js";
export type { KeyFormatOptions, ResolvedKeyFormat } from "./options.js";
