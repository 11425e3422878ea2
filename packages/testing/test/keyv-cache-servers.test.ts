import { ApiKeyService } from "@apikey/core";
import { KeyvCache } from "@apikey/core/caches";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { testCache } from "@apikey/testing";
import KeyvPostgres from "@keyv/postgres";
import KeyvRedis from "@keyv/redis";
import Keyv from "keyv";
import { describe, expect, test } from "vitest";

const secret = "cache secret";

function required(name: "REDIS_URL" | "POSTGRES_URL"): string {
  const url = process.env[name];
  if (!url)
    throw new Error(`Set ${name}, or run the tests by \`npm test\`, which brings up servers.`);
  return url;
}

const redis = new Keyv(new KeyvRedis(required("REDIS_URL")), { namespace: `keyv-${process.pid}` });
testCache("KeyvCache on Redis", {
  make: () => new KeyvCache(redis, { secret, shared: true }),
  close: () => redis.disconnect(),
});

const table = `keyv_${process.pid}`;
const postgres = new Keyv(new KeyvPostgres({ uri: required("POSTGRES_URL"), table }));
testCache("KeyvCache on PostgreSQL", {
  make: () => new KeyvCache(postgres, { secret, shared: true }),
  close: async () => {
    await postgres.clear();
    await postgres.disconnect();
  },
});

describe("a service on a shared Keyv cache", () => {
  test("finds in another process what the first has proven: no hash, no look-up", async () => {
    const repository = new InMemoryApiKeyRepository();
    const make = () =>
      new ApiKeyService({
        repository,
        hasher: new HmacSha256Hasher({ pepper: "p" }),
        cache: new KeyvCache(redis, { secret, shared: true, namespace: "service" }),
      });
    const [one, other] = [make(), make()];
    const { key, apiKey } = await one.create({ name: "n" });
    await one.verifyKey(key);
    await other.verifyKey(key);
    expect(other.stats()).toMatchObject({ hashesVerified: 0, repositoryReads: 0, cacheHits: 1 });
    await one.update(apiKey.id, { scopes: ["a"] });
    await other.verifyKey(key, { scopes: ["a"] });
    expect(other.stats()).toMatchObject({ hashesVerified: 0, repositoryReads: 1 });
    await one.deactivate(apiKey.id);
    expect(await other.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
  });
});
