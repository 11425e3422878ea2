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

const ERRORS = {
  missing_key: MissingKeyError,
  malformed_key: MalformedKeyError,
  checksum_mismatch: ChecksumMismatchError,
  invalid_key: InvalidKeyError,
  disabled_key: DisabledKeyError,
  expired_key: ExpiredKeyError,
} as const;

/** One frozen object for each refusal: a flood of bad keys allocates nothing. */
export const REFUSED = Object.fromEntries(
  Object.keys(ERRORS).map((code) => [code, Object.freeze({ ok: false, code })]),
) as Record<keyof typeof ERRORS, RefusedKey>;

/** The error that says the same as a refusal. */
export function toRefusalError(refused: RefusedKey): KeyRefusedError {
  return refused.code === "insufficient_scope"
    ? new InsufficientScopeError(refused.scopes, refused.anyScope)
    : new ERRORS[refused.code]();
}
