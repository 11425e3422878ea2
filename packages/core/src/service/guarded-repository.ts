import { RepositoryUnavailableError } from "../errors/index.js";
import type { ApiKeyRepository } from "../ports/index.js";
import { guard } from "./guard.js";

/** What a repository must be able to do. */
export const REPOSITORY_METHODS = [
  "create",
  "findById",
  "findByKeyId",
  "update",
  "delete",
  "find",
  "count",
  "touch",
] as const satisfies readonly (keyof ApiKeyRepository)[];

/**
 * A repository whose every failure is one of our errors: what an adapter lets through from its driver
 * becomes `RepositoryUnavailableError` with that as its cause.
 */
export function guardRepository(repository: ApiKeyRepository): ApiKeyRepository {
  const methods = REPOSITORY_METHODS.map((name) => {
    const method = repository[name] as (...args: unknown[]) => Promise<unknown>;
    return [
      name,
      (...args: unknown[]) =>
        guard(RepositoryUnavailableError, () => method.apply(repository, args)),
    ];
  });
  return { shared: repository.shared, ...Object.fromEntries(methods) };
}
