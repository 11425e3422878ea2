export type { ApiKey, StoredApiKey } from "./api-key.js";
export type { JsonObject, JsonValue } from "./json.js";
export {
  MAX_SCOPE_LENGTH,
  type RequiredScopes,
  SCOPE_PATTERN,
  WILDCARD_SCOPE_PATTERN,
} from "./scopes.js";
export {
  type ApiKeyFilter,
  type ApiKeyOrder,
  type NameFilter,
  ORDER_COLUMNS,
  type OrderColumn,
  type Page,
  type PageRequest,
} from "./search.js";
