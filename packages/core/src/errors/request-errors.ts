import { ApiKeyError } from "./api-key-error.js";

/** One thing that is wrong with an input. */
export interface ValidationIssue {
  /** Path of the field, as in `scopes.1`; empty for the input as a whole. */
  readonly field: string;
  /** What is wrong and what is expected. Never holds a secret value. */
  readonly message: string;
}

/** An input does not meet its rules; nothing was changed. */
export class ValidationError extends ApiKeyError {
  override readonly code = "validation_failed";

  /** @param issues At least one, in the order of the fields. */
  constructor(readonly issues: readonly ValidationIssue[]) {
    super(
      issues
        .map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))
        .join("; "),
    );
  }

  override toJSON() {
    return { ...super.toJSON(), issues: this.issues };
  }
}

/** The error for one field. */
export function invalid(field: string, message: string): ValidationError {
  return new ValidationError([{ field, message }]);
}

/** There is no key of this id (or key id). */
export class KeyNotFoundError extends ApiKeyError {
  override readonly code = "key_not_found";

  constructor() {
    super("There is no API key with this id. It may have been deleted.");
  }
}

/** A key with the same id or key id is stored already. */
export class ConflictError extends ApiKeyError {
  override readonly code = "conflict";

  constructor(message = "An API key with this id is stored already.", options?: ErrorOptions) {
    super(message, options);
  }
}

/** The key was changed by somebody else in between; nothing was changed by this call. */
export class VersionConflictError extends ApiKeyError {
  override readonly code = "version_conflict";

  constructor() {
    super("The API key was changed in between. Read it again and repeat the change.");
  }
}

/** The library was put together wrongly. Found when it is built, not on the first request. */
export class ConfigurationError extends ApiKeyError {
  override readonly code = "configuration_invalid";
}
