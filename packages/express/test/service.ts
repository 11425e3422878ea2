import { type ApiKeyRepository, ApiKeyService, type ApiKeyServiceOptions } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { afterEach } from "vitest";

const services: ApiKeyService[] = [];
afterEach(() => Promise.all(services.splice(0).map((one) => one.close())));

/** A service that is closed after the test. */
export function openService(options: Partial<ApiKeyServiceOptions> = {}): ApiKeyService {
  const service = new ApiKeyService({
    repository: new InMemoryApiKeyRepository(),
    hasher: new HmacSha256Hasher({ pepper: "test pepper" }),
    ...options,
  });
  services.push(service);
  return service;
}

/** A repository that can be taken down. */
export function breakable() {
  const state = { isDown: false };
  const repository = new Proxy<ApiKeyRepository>(new InMemoryApiKeyRepository(), {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        if (state.isDown) throw new Error("connect ECONNREFUSED db.internal:5432");
        return Reflect.apply(value, target, args);
      };
    },
  });
  return { repository, state };
}

/** A key of the same id and another secret. */
export function withWrongSecret(service: ApiKeyService, key: string): string {
  const parsed = service.format.parse(key);
  if (typeof parsed === "string") throw new Error("This is no key.");
  return service.format.format({ keyId: parsed.keyId, secret: "A".repeat(64) });
}
