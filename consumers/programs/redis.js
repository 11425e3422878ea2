import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { RedisCache } from "@apikey/cache-redis";
import { ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Redis } from "ioredis";

async function main() {
  const redis = new Redis(process.env.REDIS_URL ?? "");
  const cache = new RedisCache({ redis, namespace: randomUUID(), secret: "s" });
  const repository = new InMemoryApiKeyRepository();
  const service = new ApiKeyService({
    repository,
    hasher: new HmacSha256Hasher({ pepper: "p" }),
    cache,
  });
  assert.equal(await cache.whenListening(10_000), true);
  const { key, apiKey } = await service.create({ name: "n" });
  await service.verifyKey(key);
  await service.verifyKey(key);
  assert.equal(service.stats().memoryHits, 1);
  await service.deactivate(apiKey.id);
  assert.equal((await service.safeVerifyKey(key)).ok, false);
  await service.close();
  await cache.close();
  redis.disconnect();
}

void main();
