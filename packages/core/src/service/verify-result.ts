import type { ApiKey } from "../domain/index.js";
import {
  ChecksumMismatchError,
  DisabledKeyError,
  ExpiredKeyError,
  InsufficientScopeError,
  InvalidKeyError,
  type KeyRefusedError,
  MalformedKeyError,
  MissingKeyError,
  type RefusalCode,
} from "../errors/index.js";

/** What a verification asks of the key besides being valid. */
export interface VerifyOptions {
  /** Scopes that the key must all have. @defaultValue none */
  readonly scopes?: readonly string[] | undefined;
  /** Scopes of which the key must have one at least. @defaultValue none */
  readonly anyScope?: readonly string[] | undefined;
}

/** The key is good for what was asked. */
export interface AcceptedKey {
  readonly ok: true;
  readonly apiKey: ApiKey;
}

/** The key is refused; `code` says why. */
export type RefusedKey =
  | { readonly ok: false; readonly code: Exclude<RefusalCode, "insufficient_scope"> }
  | {
      readonly ok: false;
      readonly code: "insufficient_scope";
      /** The scopes that were asked for. */
      readonly scopes: readonly string[];
      readonly anyScope: readonly string[];
    };

/** Result of `safeVerifyKey`. */
export type VerifyResult = AcceptedKey | RefusedKey;

/** One frozen object for each refusal: a flood of bad keys allocates nothing. */
export const REFUSED = {
  missing: Object.freeze({ ok: false, code: "missing_key" }),
  malformed: Object.freeze({ ok: false, code: "malformed_key" }),
  checksum: Object.freeze({ ok: false, code: "checksum_mismatch" }),
  invalid: Object.freeze({ ok: false, code: "invalid_key" }),
  disabled: Object.freeze({ ok: false, code: "disabled_key" }),
  expired: Object.freeze({ ok: false, code: "expired_key" }),
} as const satisfies Record<string, RefusedKey>;

/** The error that says the same as a refusal. */
export function toRefusalError(refused: RefusedKey): KeyRefusedError {
  switch (refused.code) {
    case "missing_key":
      return new MissingKeyError();
    case "malformed_key":
      return new MalformedKeyError();
    case "checksum_mismatch":
      return new ChecksumMismatchError();
    case "invalid_key":
      return new InvalidKeyError();
    case "disabled_key":
      return new DisabledKeyError();
    case "expired_key":
      return new ExpiredKeyError();
    case "insufficient_scope":
      return new InsufficientScopeError(refused.scopes, refused.anyScope);
  }
}
