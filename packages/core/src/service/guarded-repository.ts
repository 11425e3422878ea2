import { isApiKeyError, RepositoryUnavailableError } from "../errors/index.js";
import type { ApiKeyRepository } from "../ports/index.js";

/**
 * A repository whose every failure is one of our errors: what an adapter lets through from its driver
 * becomes `RepositoryUnavailableError` with that as its cause.
 */
export function guardRepository(repository: ApiKeyRepository): ApiKeyRepository {
  return {
    shared: repository.shared,
    create: (record) => guard(() => repository.create(record)),
    findById: (id) => guard(() => repository.findById(id)),
    findByKeyId: (keyId) => guard(() => repository.findByKeyId(keyId)),
    update: (id, version, patch) => guard(() => repository.update(id, version, patch)),
    delete: (id, version) => guard(() => repository.delete(id, version)),
    find: (filter, order, page) => guard(() => repository.find(filter, order, page)),
    count: (filter) => guard(() => repository.count(filter)),
    touch: (uses) => guard(() => repository.touch(uses)),
  };
}

async function guard<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw isApiKeyError(cause) ? cause : new RepositoryUnavailableError({ cause });
  }
}
