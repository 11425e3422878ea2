import { ApiKeyService } from "@apikey/core";
import { KeyvCache } from "@apikey/core/caches";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Keyv } from "keyv";
import { expect, test } from "vitest";

type Peppers = readonly [string, ...string[]];

/** Processes on one repository and one shared cache, whose secret outlives the peppers. */
function fleet() {
  const repository = new InMemoryApiKeyRepository();
  const store = new Keyv();
  const start = (pepper: Peppers) =>
    new ApiKeyService({
      repository,
      hasher: new HmacSha256Hasher({ pepper }),
      cache: new KeyvCache(store, { shared: true, secret: "of the cache" }),
    });
  return { repository, start };
}

test("a key that lives in a shared cache moves to the new pepper all the same", async () => {
  const { start } = fleet();
  const before = start(["old"]);
  const { key } = await before.create({ name: "hot" });
  await before.verifyKey(key);
  await before.close();

  const during = start(["new", "old"]);
  await during.verifyKey(key);
  expect(during.stats().hashesVerified).toBe(1);
  await during.close();

  const after = start(["new"]);
  expect((await after.verifyKey(key)).name).toBe("hot");
  await after.close();
});

test("processes of one deployment share proofs through the cache", async () => {
  const { start } = fleet();
  const [one, other] = [start(["new", "old"]), start(["new", "older"])];
  const { key } = await one.create({ name: "hot" });
  await one.verifyKey(key);
  await other.verifyKey(key);
  expect(other.stats()).toMatchObject({ hashesVerified: 0, cacheHits: 1 });
  await one.close();
  await other.close();
});

test("processes of two deployments do not make the hash of a hot key again and again", async () => {
  const { repository, start } = fleet();
  const [first, second] = [start(["old", "new"]), start(["new", "old"])];
  const { key, apiKey } = await first.create({ name: "hot" });
  for (let turn = 0; turn < 20; turn += 1) {
    for (const service of [first, second]) {
      await service.verifyKey(key);
      // Long enough for a rehash in the background.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  await first.close();
  await second.close();
  // Each made it again once at most: two versions more than at the start.
  expect((await repository.findById(apiKey.id))?.version).toBeLessThanOrEqual(3);
});
