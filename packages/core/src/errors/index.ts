export { ApiKeyError, isApiKeyError } from "./api-key-error.js";
export type { ApiKeyErrorCode, FaultCode, RefusalCode, RequestErrorCode } from "./codes.js";
export {
  CacheUnavailableError,
  FaultError,
  HasherFailedError,
  OverloadedError,
  RepositoryUnavailableError,
  ServiceClosedError,
} from "./faults.js";
export {
  ChecksumMismatchError,
  DisabledKeyError,
  ExpiredKeyError,
  InsufficientScopeError,
  InvalidKeyError,
  KeyRefusedError,
  MalformedKeyError,
  MissingKeyError,
} from "./refusals.js";
export {
  ConfigurationError,
  ConflictError,
  KeyNotFoundError,
  ValidationError,
  type ValidationIssue,
  VersionConflictError,
} from "./request-errors.js";
