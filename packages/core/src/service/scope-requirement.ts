import {
  MAX_SCOPE_LENGTH,
  type RequiredScopes,
  SCOPE_PATTERN,
  SCOPE_RULE,
} from "../domain/scopes.js";
import { invalid } from "../errors/request-errors.js";
import type { VerifyOptions } from "./verify-result.js";

const NONE: readonly string[] = Object.freeze([]);

/** Scopes found well-formed before: calls name the same few again and again. */
const wellFormed = new Set<string>();
const MAX_REMEMBERED = 1_000;

/**
 * Checks what a verification asks for. On every request, so without a schema.
 * @throws ValidationError for an unknown option or a scope that no key can have.
 */
export function requireScopes(options: VerifyOptions): RequiredScopes {
  if (typeof options !== "object" || options === null) {
    throw invalid("", "must be an object");
  }
  for (const name in options) {
    if (name !== "scopes" && name !== "anyScope") {
      throw invalid(name, "no such option");
    }
  }
  const { scopes = NONE, anyScope = NONE } = options;
  check("scopes", scopes);
  check("anyScope", anyScope);
  if (options.anyScope !== undefined && anyScope.length === 0) {
    throw invalid("anyScope", "must name at least one scope");
  }
  return { scopes, anyScope };
}

function check(field: string, scopes: unknown): void {
  if (!Array.isArray(scopes)) throw invalid(field, "must be a list of scopes");
  for (const scope of scopes) {
    if (wellFormed.has(scope)) continue;
    if (
      typeof scope !== "string" ||
      scope.length > MAX_SCOPE_LENGTH ||
      !SCOPE_PATTERN.test(scope)
    ) {
      throw invalid(field, `each scope ${SCOPE_RULE}`);
    }
    if (wellFormed.size < MAX_REMEMBERED) wellFormed.add(scope);
  }
}
