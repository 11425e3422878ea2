import { ApiKeyError } from "./api-key-error.js";
import type { RefusalCode } from "./codes.js";

/** A presented key was refused. */
export abstract class KeyRefusedError extends ApiKeyError {
  abstract override readonly code: RefusalCode;
}

/** No key was presented: the value is empty, `null` or `undefined`. */
export class MissingKeyError extends KeyRefusedError {
  override readonly code = "missing_key";

  constructor() {
    super("No API key was presented. Send one.");
  }
}

/** The presented value is not of the service's key format. */
export class MalformedKeyError extends KeyRefusedError {
  override readonly code = "malformed_key";

  constructor() {
    super("The API key is malformed. Copy the whole key.");
  }
}

/** The checksum at the end of the key does not fit the rest: a typo, or a made-up key. */
export class ChecksumMismatchError extends KeyRefusedError {
  override readonly code = "checksum_mismatch";

  constructor() {
    super("The API key has a typo: its checksum does not fit. Copy the whole key.");
  }
}

/** No such key, or the secret is wrong. Which of the two is not told, so that nothing leaks to a guesser. */
export class InvalidKeyError extends KeyRefusedError {
  override readonly code = "invalid_key";

  constructor() {
    super("The API key is not valid. Ask for a new one.");
  }
}

/** The secret is right and the key has been deactivated. */
export class DisabledKeyError extends KeyRefusedError {
  override readonly code = "disabled_key";

  constructor() {
    super("The API key is disabled. Ask to activate it, or for a new one.");
  }
}

/** The secret is right and the key's time is over. */
export class ExpiredKeyError extends KeyRefusedError {
  override readonly code = "expired_key";

  constructor() {
    super("The API key has expired. Ask for a new one.");
  }
}

/** The key is good, and lacks a scope that was asked for. */
export class InsufficientScopeError extends KeyRefusedError {
  override readonly code = "insufficient_scope";

  /**
   * @param scopes Every one of these is needed.
   * @param anyScope At least one of these is needed; empty when none is asked for.
   */
  constructor(
    readonly scopes: readonly string[],
    readonly anyScope: readonly string[],
  ) {
    const needs = [
      ...(scopes.length > 0 ? [`all of: ${scopes.join(" ")}`] : []),
      ...(anyScope.length > 0 ? [`one of: ${anyScope.join(" ")}`] : []),
    ];
    super(`The API key lacks a scope. It needs ${needs.join(", and ")}.`);
  }
}
