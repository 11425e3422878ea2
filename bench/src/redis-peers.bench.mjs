// A key that only Redis has: apikey's Redis tier and what else one may read Redis with.
import { RedisCache } from "@apikey/cache-redis";
import { ApiKeyService } from "@apikey/core";
import { KeyvCache } from "@apikey/core/caches";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import KeyvRedis from "@keyv/redis";
import { Redis } from "ioredis";
import { Keyv } from "keyv";
import { DerivedRepository, derivedKey } from "./derived-keys.mjs";
import { table } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";
import { named } from "./versions.mjs";

const KEYS = 200;
const OPERATIONS = 1_000;
const AT_A_TIME = 50;
const TTL_MS = 600_000;

export const title = "Redis, and its other clients";

export async function run({ redisUrl }) {
  const namespace = `bench-peers-${process.pid}`;
  const client = new Redis(redisUrl);
  const keyv = new Keyv({ store: new KeyvRedis(redisUrl), namespace: `${namespace}-keyv` });
  const keyvOfCache = new Keyv({ store: new KeyvRedis(redisUrl), namespace: `${namespace}-cache` });
  const keys = Array.from({ length: KEYS }, (_, number) => derivedKey(number));
  const redisCache = new RedisCache({
    redis: client,
    secret: "bench",
    namespace,
    memory: false,
    // On a busy machine an answer may take longer than the default; a hit must stay one.
    commandTimeoutMs: 10_000,
  });
  await redisCache.whenListening(5_000);
  const ours = await open(redisCache, keys);
  const ofKeyv = await open(new KeyvCache(keyvOfCache, { shared: true, secret: "bench" }), keys);
  for (const key of keys) {
    const slot = await client.get(`${namespace}:slot:${key.split("-")[1]}`);
    if (slot === null) throw new Error("Nothing was cached.");
    await client.set(`${namespace}:bare:${key}`, slot, "PX", TTL_MS);
    await keyv.set(key, slot, TTL_MS);
  }
  const found = (value) => {
    if (value === null || value === undefined) throw new Error("lost");
  };
  const calls = [
    [
      `${named("ioredis")} \`get\``,
      async (key) => found(await client.get(`${namespace}:bare:${key}`)),
    ],
    [
      `${named("keyv")} \`get\`, ${named("@keyv/redis")}`,
      async (key) => found(await keyv.get(key)),
    ],
    ["apikey, `RedisCache` without its memory tier", (key) => verify(ours, key)],
    ["apikey, `KeyvCache` over the same @keyv/redis", (key) => verify(ofKeyv, key)],
  ];
  const before = [ours, ofKeyv].map((service) => service.stats());
  const single = await sideBySide({
    contenders: calls.map(([name, call]) => ({
      name,
      operations: OPERATIONS,
      async run(operations) {
        for (let at = 0; at < operations; at += 1) await call(keys[at % KEYS]);
      },
    })),
  });
  const together = await sideBySide({
    contenders: calls.map(([name, call]) => ({
      name,
      operations: OPERATIONS * 5,
      async run(operations) {
        for (let at = 0; at < operations; at += AT_A_TIME) {
          await Promise.all(
            Array.from({ length: AT_A_TIME }, (_, index) => call(keys[(at + index) % KEYS])),
          );
        }
      },
    })),
  });
  for (const [index, service] of [ours, ofKeyv].entries()) {
    const { hashesVerified, repositoryReads } = service.stats();
    const { hashesVerified: hashes, repositoryReads: reads } = before[index];
    if (hashesVerified !== hashes || repositoryReads !== reads) {
      throw new Error("A hit hashed or read the repository.");
    }
    await service.close();
  }
  await redisCache.close();
  await Promise.all([keyv.clear(), keyvOfCache.clear()]);
  await Promise.all([keyv.disconnect(), keyvOfCache.disconnect()]);
  const left = await client.keys(`${namespace}*`);
  if (left.length > 0) await client.del(...left);
  client.disconnect();
  return { text: text({ single, together }), data: { single, together } };
}

async function open(cache, keys) {
  const hasher = new HmacSha256Hasher({ pepper: "bench" });
  const repository = await DerivedRepository.open({ hasher, size: KEYS });
  const service = new ApiKeyService({ repository, hasher, cache, consistency: "bounded" });
  for (const key of keys) await verify(service, key);
  return service;
}

async function verify(service, key) {
  if (!(await service.safeVerifyKey(key)).ok) throw new Error("refused");
}

function text({ single, together }) {
  return `Each operation is one command to Redis over the loopback, for a value of the same size; KeyvCache sends two, since
Keyv has no compare-and-set (the entry, and what says that it still holds). The bare rows fetch a text; apikey also opens its seal, parses the record, compares the digest and decides. With its memory tier on, as it is by
default, a repeated key sends no command at all. @keyv/redis brings the node-redis client.

One by one:

${table(single)}

${AT_A_TIME} at a time:

${table(together)}`;
}
