// One process of the fleet: verifies keys without a pause and tells what it saw. Its repository is the
// parent's, reached by messages, as a database would be.

import { RedisCache } from "@apikey/cache-redis";
import { ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";

const waiting = new Map();
let calls = 0;

function callParent(method, args) {
  calls += 1;
  process.send({ type: "call", id: calls, method, args });
  return new Promise((resolve, reject) => waiting.set(calls, { resolve, reject }));
}

const methods = ["create", "findById", "findByKeyId", "update", "delete", "find", "count", "touch"];
const repository = {
  shared: true,
  ...Object.fromEntries(methods.map((method) => [method, (...args) => callParent(method, args)])),
};

const cache = new RedisCache({ redis: process.env.REDIS_URL, secret: "cache secret" });
const service = new ApiKeyService({
  repository,
  hasher: new HmacSha256Hasher({ pepper: "p" }),
  cache,
  lastUsed: "off",
});

/** By key id: invalidations heard. A change tells of itself twice, before and after its commit. */
const heard = new Map();
/** By key id: when it was last accepted and first refused, on the clock that all processes share, in ns. */
const lastAcceptedAt = new Map();
const firstRefusedAt = new Map();
let acceptedAfterHearing = 0;
let verifications = 0;
let isOver = false;

cache.onInvalidation((invalidation) => {
  if (invalidation) heard.set(invalidation.keyId, (heard.get(invalidation.keyId) ?? 0) + 1);
});

async function verifyForEver(keys) {
  for (let index = 0; !isOver; index += 1) {
    const { key, keyId } = keys[index % keys.length];
    const startedAt = process.hrtime.bigint();
    const hasHeard = (heard.get(keyId) ?? 0) >= 2;
    const { ok } = await service.safeVerifyKey(key);
    verifications += 1;
    if (ok) {
      if (hasHeard) acceptedAfterHearing += 1;
      lastAcceptedAt.set(keyId, startedAt);
    } else if (!firstRefusedAt.has(keyId)) firstRefusedAt.set(keyId, startedAt);
    if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

let load;
process.on("message", async (message) => {
  if (message.type === "reply") {
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) reject(new Error(message.error));
    else resolve(message.value);
  }
  if (message.type === "start") {
    for (const { key } of message.keys) await service.verifyKey(key);
    load = verifyForEver(message.keys);
    process.send({ type: "started" });
  }
  if (message.type === "stop") {
    isOver = true;
    await load;
    const { hashesVerified } = service.stats();
    process.send({
      type: "report",
      verifications,
      acceptedAfterHearing,
      hashesVerified,
      lastAcceptedAt: Object.fromEntries(lastAcceptedAt),
      firstRefusedAt: Object.fromEntries(firstRefusedAt),
    });
    await service.close();
    await cache.close();
    process.disconnect();
  }
});

await cache.whenListening(10_000);
process.send({ type: "ready" });
