import { type ApiKeyRepository, ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { RedisCache, type RedisCacheOptions } from "../src/index.js";

export const secret = "cache secret";

/** A repository that several services use, as processes use one database. */
export function sharedRepository(): ApiKeyRepository {
  return Object.defineProperty(new InMemoryApiKeyRepository(), "shared", { value: true });
}

/** A service as one process has it. */
export async function openService(
  options: RedisCacheOptions,
  repository: ApiKeyRepository = sharedRepository(),
) {
  const cache = new RedisCache({ secret, ...options });
  const service = new ApiKeyService({
    repository,
    hasher: new HmacSha256Hasher({ pepper: "p" }),
    cache,
  });
  return {
    cache,
    service,
    async close() {
      await service.close();
      await cache.close();
    },
  };
}
