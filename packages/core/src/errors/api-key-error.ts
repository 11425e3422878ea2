import type { ApiKeyErrorCode } from "./codes.js";

const BRAND = Symbol.for("@apikey/core/error");

/**
 * Base of every error that this library throws. `code` is stable and meant for `switch`; `message` says what
 * was wrong and what to do, may change in any release, and never holds a key, secret, pepper or hash.
 */
export abstract class ApiKeyError extends Error {
  abstract readonly code: ApiKeyErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    Object.defineProperty(this, BRAND, { value: true });
  }

  toJSON(): { name: string; code: ApiKeyErrorCode; message: string } {
    return { name: this.name, code: this.code, message: this.message };
  }
}

/**
 * Whether `error` is one of ours, also when it comes from another copy of this module (ESM beside CommonJS),
 * where `instanceof` is false.
 */
export function isApiKeyError(error: unknown): error is ApiKeyError {
  return typeof error === "object" && error !== null && BRAND in error;
}
