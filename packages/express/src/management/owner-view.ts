import {
  type ApiKey,
  type ApiKeyFilter,
  isApiKeyError,
  KeyNotFoundError,
  ValidationError,
  VersionConflictError,
} from "@apikey/core";
import type { Call } from "./operation.js";
import { preconditionFailed, requireMatch } from "./preconditions.js";

/** Longer ids are nobody's; no store need look. */
const MAX_ID_LENGTH = 255;

/** Tries of a change that somebody else's change gets ahead of. */
const MAX_TRIES = 10;

/**
 * The key of the request's id, as far as the caller may know of it.
 * @throws KeyNotFoundError also for a key of another owner: nobody can tell the two apart.
 */
export async function readKey({ service, owner, id }: Call): Promise<ApiKey> {
  if (id.length > MAX_ID_LENGTH) throw new KeyNotFoundError();
  const apiKey = await service.getById(id);
  if (owner !== undefined && apiKey.ownerId !== owner) throw new KeyNotFoundError();
  return apiKey;
}

/**
 * Changes the key of the request's id, in the very version that was looked at: who owned it then owns it when
 * the change is made. Without `If-Match` it is tried again when somebody else was faster.
 */
export async function changeKey<Result>(
  call: Call,
  change: (current: ApiKey, guard: { readonly ifVersion: number }) => Promise<Result>,
): Promise<Result> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const current = await readKey(call);
    requireMatch(call.ifMatch, current);
    try {
      return await change(current, { ifVersion: current.version });
    } catch (error) {
      if (!isApiKeyError(error) || error.code !== "version_conflict") throw error;
      if (call.ifMatch !== undefined && call.ifMatch.trim() !== "*") throw preconditionFailed();
    }
  }
  throw new VersionConflictError();
}

/** A filter that finds no key of anybody else's. */
export function confine({ owner }: Call, filter: ApiKeyFilter): ApiKeyFilter {
  return owner === undefined ? filter : { ...filter, ownerId: owner };
}

/** @throws ValidationError for a scope that the caller may not give. */
export function requireGrantable({ grantable }: Call, scopes: readonly string[] | undefined): void {
  if (grantable === undefined || scopes === undefined) return;
  const issues = scopes.flatMap((scope, index) =>
    grantable.includes(scope)
      ? []
      : [{ field: `scopes.${index}`, message: "is a scope that you may not give" }],
  );
  if (issues.length > 0) throw new ValidationError(issues);
}
