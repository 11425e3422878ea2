// A key that this process has in memory, against one bare HMAC-SHA-256 of the same key string.
import { createHmac, randomBytes } from "node:crypto";
import { ApiKeyService, MemoryCache } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { LRUCache } from "lru-cache";
import { table, target } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";

const KEYS = 1_000;
const OPERATIONS = 100_000;

export const title = "A hit in process";

export async function run() {
  const service = new ApiKeyService({
    repository: new InMemoryApiKeyRepository(),
    hasher: new HmacSha256Hasher({ pepper: "bench" }),
    cache: new MemoryCache(),
  });
  const keys = [];
  for (let index = 0; index < KEYS; index += 1) {
    const { key } = await service.create({ name: `${index}`, scopes: ["read"] });
    await service.verifyKey(key);
    keys.push(key);
  }
  if (service.consistency !== "bounded") throw new Error("The bench is of bounded consistency.");
  const before = service.stats();
  const secret = randomBytes(32);
  const floor = new LRUCache({ max: KEYS * 2 });
  for (const key of keys) floor.set(key, { key });
  let sink = 0;
  const scopes = { scopes: ["read"] };

  const results = await sideBySide({
    contenders: [
      {
        name: "bare HMAC-SHA-256 of the key string",
        operations: OPERATIONS,
        run(operations) {
          for (let at = 0; at < operations; at += 1) {
            sink += createHmac("sha256", secret)
              .update(keys[at % KEYS])
              .digest().length;
          }
        },
      },
      {
        name: "`safeVerifyKey(key)`, bounded, last-used on",
        operations: OPERATIONS,
        async run(operations) {
          for (let at = 0; at < operations; at += 1) {
            const result = await service.safeVerifyKey(keys[at % KEYS]);
            if (!result.ok) throw new Error("refused");
          }
        },
      },
      {
        name: "`safeVerifyKey(key, { scopes })`",
        operations: OPERATIONS,
        async run(operations) {
          for (let at = 0; at < operations; at += 1) {
            const result = await service.safeVerifyKey(keys[at % KEYS], scopes);
            if (!result.ok) throw new Error("refused");
          }
        },
      },
      {
        name: "floor: lru-cache `get` of the key string, awaited",
        operations: OPERATIONS,
        async run(operations) {
          for (let at = 0; at < operations; at += 1) {
            if ((await floor.get(keys[at % KEYS])) === undefined) throw new Error("lost");
          }
        },
      },
    ],
  });
  if (sink === 0) throw new Error("The HMAC was optimized away.");
  const after = service.stats();
  if (
    after.hashesVerified !== before.hashesVerified ||
    after.repositoryReads !== before.repositoryReads
  ) {
    throw new Error("A hit hashed or read the repository.");
  }
  await service.close();
  return `${table(results)}\n\n${target("a hit, of one bare HMAC", results[1].ratio, 1)}`;
}
