// A key that only Redis has, against a bare ioredis GET of a value of the same size.
import { RedisCache } from "@apikey/cache-redis";
import { ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Redis } from "ioredis";
import { table, target } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";

const KEYS = 200;
const OPERATIONS = 2_000;
const AT_A_TIME = 50;

export const title = "A hit in Redis";

export async function run({ redisUrl }) {
  const client = new Redis(redisUrl);
  const namespace = `bench-${process.pid}`;
  const repository = Object.defineProperty(new InMemoryApiKeyRepository(), "shared", {
    value: true,
  });
  const cache = new RedisCache({
    redis: client,
    secret: "bench",
    namespace,
    memory: false,
    commandTimeoutMs: 10_000, // A busy machine shall slow the bench down, not send it to the repository.
  });
  const hasher = new HmacSha256Hasher({ pepper: "bench" });
  const service = new ApiKeyService({ repository, hasher, cache });
  await cache.whenListening(5_000);
  const keys = [];
  for (let index = 0; index < KEYS; index += 1) {
    const { key, apiKey } = await service.create({ name: `${index}`, scopes: ["read"] });
    await service.verifyKey(key);
    const slot = await client.get(`${namespace}:slot:${apiKey.keyId}`);
    await client.set(`${namespace}:bare:${apiKey.keyId}`, slot, "PX", 600_000);
    keys.push({ key, bare: `${namespace}:bare:${apiKey.keyId}` });
  }
  const before = service.stats();
  const verify = async (at) => {
    if (!(await service.safeVerifyKey(keys[at % KEYS].key)).ok) throw new Error("refused");
  };
  const get = async (at) => {
    if ((await client.get(keys[at % KEYS].bare)) === null) throw new Error("lost");
  };
  const oneByOne = (call) => async (operations) => {
    for (let at = 0; at < operations; at += 1) await call(at);
  };
  const together = (call) => async (operations) => {
    for (let at = 0; at < operations; at += AT_A_TIME) {
      await Promise.all(Array.from({ length: AT_A_TIME }, (_, index) => call(at + index)));
    }
  };
  const single = await sideBySide({
    contenders: [
      { name: "bare `GET`, one by one", operations: OPERATIONS, run: oneByOne(get) },
      { name: "`safeVerifyKey(key)`, one by one", operations: OPERATIONS, run: oneByOne(verify) },
    ],
  });
  const batch = await sideBySide({
    contenders: [
      {
        name: `bare \`GET\`, ${AT_A_TIME} at a time`,
        operations: OPERATIONS * 5,
        run: together(get),
      },
      {
        name: `\`safeVerifyKey(key)\`, ${AT_A_TIME} at a time`,
        operations: OPERATIONS * 5,
        run: together(verify),
      },
    ],
  });
  const after = service.stats();
  if (
    after.hashesVerified !== before.hashesVerified ||
    after.repositoryReads !== before.repositoryReads
  ) {
    throw new Error("A hit hashed or read the repository.");
  }
  await service.close();
  await cache.close();
  const left = await client.keys(`${namespace}:*`);
  if (left.length > 0) await client.del(...left);
  client.disconnect();
  return [
    table(single),
    table(batch),
    `${target("a hit in Redis, one by one, of one bare GET of the same size", single[1].ratio, 1.3)}
${target(`the same, ${AT_A_TIME} at a time`, batch[1].ratio, 1.3)}`,
  ].join("\n\n");
}
