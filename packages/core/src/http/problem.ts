import { type ApiKeyErrorCode, isApiKeyError, type ValidationIssue } from "../errors/index.js";

/** Every `code` of a {@link Problem}: those of `ApiKeyError`, and what only an HTTP answer can say. */
export type ProblemCode =
  | ApiKeyErrorCode
  | "ambiguous_credentials"
  | "forbidden"
  | "malformed_body"
  | "unsupported_media_type"
  | "body_too_large"
  | "method_not_allowed"
  | "precondition_failed"
  | "internal_error";

/** Body of an answer that is not a success: problem details after RFC 9457. */
export interface Problem {
  /** `urn:apikey:problem:` and the code. Stable. */
  readonly type: string;
  /** The same for every problem of the type. */
  readonly title: string;
  readonly status: number;
  /** What to do. May change in any release. */
  readonly detail: string;
  /** The last part of the type, for a `switch`. */
  readonly code: ProblemCode;
  /** Of `insufficient_scope`: every one of these is needed. */
  readonly scopes?: readonly string[];
  /** Of `insufficient_scope`: one at least of these is needed. */
  readonly anyScope?: readonly string[];
  /** Of `validation_failed`: each field and what is wrong with it. */
  readonly issues?: readonly ValidationIssue[];
}

/** Where the names of problem types begin. Part of the public contract: never change it. */
const TYPES = "urn:apikey:problem:";

const STATUS_AND_TITLE: Readonly<Record<ProblemCode, readonly [status: number, title: string]>> = {
  missing_key: [401, "API key missing"],
  malformed_key: [401, "API key malformed"],
  checksum_mismatch: [401, "API key mistyped"],
  invalid_key: [401, "API key not valid"],
  disabled_key: [401, "API key disabled"],
  expired_key: [401, "API key expired"],
  insufficient_scope: [403, "API key lacks a scope"],
  ambiguous_credentials: [400, "More than one credential"],
  overloaded: [503, "Too busy"],
  repository_unavailable: [503, "Temporarily unavailable"],
  cache_unavailable: [503, "Temporarily unavailable"],
  hasher_failed: [503, "Temporarily unavailable"],
  service_closed: [503, "Shutting down"],
  validation_failed: [400, "Input not valid"],
  malformed_body: [400, "Body not readable"],
  unsupported_media_type: [415, "Body of another media type"],
  body_too_large: [413, "Body too large"],
  forbidden: [403, "Not allowed"],
  key_not_found: [404, "No such API key"],
  method_not_allowed: [405, "Method not allowed"],
  conflict: [409, "API key stored already"],
  version_conflict: [409, "API key changed in between"],
  precondition_failed: [412, "API key changed in between"],
  configuration_invalid: [500, "Internal error"],
  internal_error: [500, "Internal error"],
};

/** A problem of this code. `detail` never holds a key, secret, pepper or hash. */
export function problemOf(
  code: ProblemCode,
  detail: string,
  extension: Pick<Problem, "scopes" | "anyScope" | "issues"> = {},
): Problem {
  const [status, title] = STATUS_AND_TITLE[code];
  return { type: TYPES + code, title, status, detail, code, ...extension };
}

/** What is told to callers about faults, whose own messages are for those who run the service. */
const TRY_AGAIN = "The service cannot answer right now. Try again; your API key is not the reason.";

/** The problem that an error is to a caller. Of errors that are not ours nothing is told. */
export function toProblem(error: unknown): Problem {
  if (!isApiKeyError(error)) return internalError();
  switch (error.code) {
    case "configuration_invalid":
      return internalError();
    case "repository_unavailable":
    case "cache_unavailable":
    case "hasher_failed":
    case "service_closed":
      return problemOf(error.code, TRY_AGAIN);
    case "validation_failed":
      return problemOf(error.code, error.message, pick(error, ["issues"]));
    case "insufficient_scope":
      return problemOf(error.code, error.message, pick(error, ["scopes", "anyScope"]));
    default:
      return problemOf(error.code, error.message);
  }
}

function internalError(): Problem {
  return problemOf("internal_error", "Something went wrong on the server.");
}

/** By name rather than by class: the error may come from another copy of this module. */
function pick<Name extends "scopes" | "anyScope" | "issues">(
  error: object,
  names: readonly Name[],
): Pick<Problem, Name> {
  return Object.fromEntries(names.map((name) => [name, (error as Problem)[name]])) as Pick<
    Problem,
    Name
  >;
}
