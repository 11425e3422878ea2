/** Longest scope, in characters. */
export const MAX_SCOPE_LENGTH = 128;

const SEGMENT = "[a-z0-9][a-z0-9_.-]*";

/** A scope: lower-case segments joined by colons, as in `orders:read`. */
export const SCOPE_PATTERN = new RegExp(`^${SEGMENT}(?::${SEGMENT})*$`);

/** The same in words. */
export const SCOPE_RULE =
  "must be lower-case segments of a-z 0-9 _ . - joined by colons, as in orders:read";

/** A scope that stands for others: `*`, or segments and `:*`, as in `orders:*`. */
export const WILDCARD_SCOPE_PATTERN = new RegExp(`^(?:\\*|${SEGMENT}(?::${SEGMENT})*:\\*)$`);

/** Which scopes a call needs. */
export interface RequiredScopes {
  /** All of these. */
  readonly scopes: readonly string[];
  /** At least one of these, unless empty. */
  readonly anyScope: readonly string[];
}

/** Whether `granted` covers what is required; `*` and `area:*` among `granted` count if `wildcards`. */
export function coversScopes(
  granted: readonly string[],
  required: RequiredScopes,
  wildcards: boolean,
): boolean {
  for (const scope of required.scopes) if (!covers(granted, scope, wildcards)) return false;
  return (
    required.anyScope.length === 0 ||
    required.anyScope.some((scope) => covers(granted, scope, wildcards))
  );
}

function covers(granted: readonly string[], scope: string, wildcards: boolean): boolean {
  if (granted.includes(scope)) return true;
  if (!wildcards) return false;
  return granted.some(
    (candidate) =>
      candidate === "*" || (candidate.endsWith(":*") && scope.startsWith(candidate.slice(0, -1))),
  );
}
