// A process that verifies keys it has cached for as long as it is told, and answers how many.
import { randomInt } from "node:crypto";
import { RedisCache } from "@apikey/cache-redis";
import { ApiKeyService, MemoryCache } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { DerivedRepository, derivedKey } from "./derived-keys.mjs";

const { keys: size, redisUrl, namespace } = JSON.parse(process.argv[2]);
/** Verifications between two looks at the clock. */
const STRIDE = 1_000;
/** Key strings that are asked for, in a random order: a million strings would be memory of the bench. */
const ASKED = Math.min(size, 100_000);

const hasher = new HmacSha256Hasher({ pepper: "bench" });
const repository = await DerivedRepository.open({ hasher, size });
const cache =
  redisUrl === undefined
    ? new MemoryCache({ maxKeys: Math.max(size, 1_000) })
    : new RedisCache({
        redis: redisUrl,
        namespace,
        secret: "bench",
        // Beyond the length of a run, so that what is measured is hits.
        memory: { maxKeys: size, ttlMs: 3_600_000 },
      });
const service = new ApiKeyService({
  repository,
  hasher,
  cache,
  maxProofs: size,
  consistency: "bounded",
  cacheTtlMs: 3_600_000,
});
await cache.whenListening?.(5_000);
for (let number = 0; number < size; number += 1) await verify(derivedKey(number));
const keys = Array.from({ length: ASKED }, (_, index) => {
  const number = size === ASKED ? index : randomInt(size);
  // One flat string, as a request brings it.
  return Buffer.from(derivedKey(number)).toString("latin1");
});
for (let at = keys.length - 1; at > 0; at -= 1) {
  const other = randomInt(at + 1);
  [keys[at], keys[other]] = [keys[other], keys[at]];
}
globalThis.gc();

process.on("message", async (request) => {
  if (request === "stop") {
    await service.close();
    await cache.close?.();
    process.disconnect();
    return;
  }
  const before = service.stats();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < request.forMs) {
    for (let turn = 0; turn < STRIDE; turn += 1) await verify(keys[(count + turn) % keys.length]);
    count += STRIDE;
    // Timers and sockets get their turn, as in a server.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const tookMs = performance.now() - start;
  if (service.stats().repositoryReads !== before.repositoryReads) {
    throw new Error("Not all keys were cached.");
  }
  process.send({ perSecond: (count / tookMs) * 1_000 });
});
process.send("ready");

async function verify(key) {
  if (!(await service.safeVerifyKey(key)).ok) throw new Error("refused");
}
