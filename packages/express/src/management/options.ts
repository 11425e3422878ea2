import { ConfigurationError } from "@apikey/core";
import type { AuthenticatorOptions } from "@apikey/core/http";
import { requireKnownOptions } from "@apikey/core/validation";
import type { Request } from "express";
import type { ManagedService, OperationName } from "./operation.js";
import { operations } from "./operations/index.js";

/** Who may use the router: a decision on each request, or scopes that the caller's own API key must hold. */
export type Authorize =
  | ((req: Request, operation: OperationName) => boolean | Promise<boolean>)
  | Omit<AuthenticatorOptions, "optional">;

/** What a router cannot do without, and what it can. */
export interface ApiKeyRouterOptions {
  /** Who may manage keys. Anything but `true` from a function is a no. */
  readonly authorize: Authorize;
  /**
   * Confines each caller to the keys of one `ownerId`: no other key can be found, read, changed or told from
   * one that is missing, and new keys are theirs. Whoever has no owner is refused.
   * @defaultValue callers see every key
   */
  readonly owner?: ((req: Request) => string | undefined | Promise<string | undefined>) | undefined;
  /**
   * Scopes that callers may give to keys, literally. Required with `owner`: else an owner could make himself
   * a key for anything. `"any"` says that this is meant.
   * @defaultValue `"any"` without `owner`
   */
  readonly grantableScopes?:
    | readonly string[]
    | ((req: Request) => readonly string[] | Promise<readonly string[]>)
    | "any"
    | undefined;
  /** Path, below the router, of its OpenAPI 3.1 document, as in `/openapi.json`. @defaultValue none */
  readonly openapi?: string | undefined;
  /** Largest body in bytes, 1 024 to 1 048 576. @defaultValue 32 768 */
  readonly bodyLimitBytes?: number | undefined;
  /** Told of what is answered with 500 or 503, for logs. */
  readonly onError?: ((error: unknown, req: Request) => void) | undefined;
}

const OPTION_NAMES = [
  "authorize",
  "owner",
  "grantableScopes",
  "openapi",
  "bodyLimitBytes",
  "onError",
];

const METHODS = ["safeVerifyKey", "create", "getById", "find", "update", "delete"] as const;

/** @throws ConfigurationError that shows what to write instead. */
export function requireOptions(service: ManagedService, options: ApiKeyRouterOptions): void {
  const given: unknown = service;
  if (
    !METHODS.every((method) => typeof (given as ManagedService | null)?.[method] === "function")
  ) {
    throw new ConfigurationError("service: is missing; give the ApiKeyService to be managed.");
  }
  const { authorize, owner, grantableScopes, openapi, bodyLimitBytes, onError } = options ?? {};
  requireAuthorize(authorize);
  requireKnownOptions(options, OPTION_NAMES);
  requireFunction("owner", owner);
  requireFunction("onError", onError);
  requireGrantable(owner !== undefined, grantableScopes);
  requirePath(openapi);
  const limit: unknown = bodyLimitBytes;
  const isLimit = Number.isInteger(limit) && Number(limit) >= 1_024 && Number(limit) <= 1_048_576;
  if (limit !== undefined && !isLimit) {
    throw new ConfigurationError("bodyLimitBytes: must be an integer from 1024 to 1048576.");
  }
}

function requireAuthorize(authorize: unknown): void {
  if (typeof authorize === "function") return;
  const { scopes, anyScope } = (authorize ?? {}) as { scopes?: unknown[]; anyScope?: unknown[] };
  if ((scopes?.length ?? 0) > 0 || (anyScope?.length ?? 0) > 0) return;
  throw new ConfigurationError(
    'authorize: is missing, and without it anyone could create keys. Write { authorize: (req) => req.user?.isAdmin === true }, with your own condition, or { authorize: { scopes: ["keys:manage"] } } for callers whose own API key has that scope.',
  );
}

function requireFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new ConfigurationError(`${name}: must be a function.`);
}

function requireGrantable(
  isConfined: boolean,
  scopes: ApiKeyRouterOptions["grantableScopes"],
): void {
  const isList = Array.isArray(scopes) && scopes.every((scope) => typeof scope === "string");
  if (isList || typeof scopes === "function" || scopes === "any") return;
  if (scopes === undefined && !isConfined) return;
  throw new ConfigurationError(
    scopes === undefined
      ? 'grantableScopes: is missing beside `owner`, and without it an owner could give his keys any scope. Write { grantableScopes: ["orders:read", "orders:write"] }, or "any" if that is meant.'
      : 'grantableScopes: must be a list of scopes, a function that returns one, or "any".',
  );
}

function requirePath(path: unknown): void {
  if (path === undefined) return;
  const isPath = typeof path === "string" && /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(path);
  const isTaken = operations.some((operation) => operation.path === path);
  if (isPath && !isTaken) return;
  throw new ConfigurationError(
    "openapi: must be a path that is free, beginning with /, as in /openapi.json.",
  );
}
