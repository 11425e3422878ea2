/** Why a presented key was refused. A statement about the key: the caller must present another one. */
export type RefusalCode =
  | "missing_key"
  | "malformed_key"
  | "checksum_mismatch"
  | "invalid_key"
  | "disabled_key"
  | "expired_key"
  | "insufficient_scope";

/** A part of the service could not do its work. Never a statement about a key: try again later. */
export type FaultCode =
  | "overloaded"
  | "repository_unavailable"
  | "cache_unavailable"
  | "hasher_failed"
  | "service_closed";

/** The call itself cannot be carried out as it stands. */
export type RequestErrorCode =
  | "validation_failed"
  | "key_not_found"
  | "conflict"
  | "version_conflict"
  | "configuration_invalid";

/** Every code that {@link ApiKeyError.code} can have. */
export type ApiKeyErrorCode = RefusalCode | FaultCode | RequestErrorCode;
