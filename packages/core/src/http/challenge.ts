import { ConfigurationError } from "../errors/index.js";
import type { Problem, ProblemCode } from "./problem.js";

/** The `error` of RFC 6750, section 3.1. A request without credentials is told of none. */
const ERRORS: { readonly [Code in ProblemCode]?: string } = {
  malformed_key: "invalid_token",
  checksum_mismatch: "invalid_token",
  invalid_key: "invalid_token",
  disabled_key: "invalid_token",
  expired_key: "invalid_token",
  insufficient_scope: "insufficient_scope",
  ambiguous_credentials: "invalid_request",
};

/**
 * Value of `WWW-Authenticate` for a refusal: RFC 6750, section 3.
 * @param scheme `ApiKey` where `Authorization` is not looked at. RFC 9110 wants a scheme named, and has none.
 */
export function challenge(
  realm: string,
  problem: Problem,
  scheme: "Bearer" | "ApiKey" = "Bearer",
): string {
  const parameters = [`realm=${quoted(realm)}`];
  const error = ERRORS[problem.code];
  if (error !== undefined) {
    parameters.push(`error=${quoted(error)}`, `error_description=${quoted(problem.detail)}`);
  }
  const scopes = [...(problem.scopes ?? []), ...(problem.anyScope ?? [])];
  if (scopes.length > 0) parameters.push(`scope=${quoted(scopes.join(" "))}`);
  return `${scheme} ${parameters.join(", ")}`;
}

/** @throws ConfigurationError when `realm` cannot stand in a header. */
export function requireRealm(realm: unknown): string {
  if (typeof realm === "string" && /^[\x20-\x7e]{1,255}$/.test(realm)) return realm;
  throw new ConfigurationError("realm: must be 1 to 255 printable ASCII characters.");
}

/** A quoted-string of RFC 9110. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
