// Memory in this process for each cached key, with records as a database hands them out: all their own.
import { ApiKeyService, MemoryCache } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { target } from "./report.mjs";

const KEYS = 100_000;

export const title = "Memory for each cached key";

export async function run() {
  const inner = new InMemoryApiKeyRepository();
  const repository = new Proxy(inner, {
    get(object, name) {
      const value = Reflect.get(object, name, object);
      if (typeof value !== "function") return value;
      if (name !== "findByKeyId") return value.bind(object);
      return async (keyId) => structuredClone(await object.findByKeyId(keyId));
    },
  });
  const service = new ApiKeyService({
    repository,
    hasher: new HmacSha256Hasher({ pepper: "bench" }),
    cache: new MemoryCache({ maxKeys: KEYS }),
    lastUsed: "off",
  });
  const keys = [];
  for (let index = 0; index < KEYS; index += 1) {
    const owner = `customer-${index % 1_000}`;
    keys.push(
      (await service.create({ name: `key ${index}`, ownerId: owner, scopes: ["read", "write"] }))
        .key,
    );
  }
  const before = await usedBytes();
  for (const key of keys) if (!(await service.safeVerifyKey(key)).ok) throw new Error("refused");
  const after = await usedBytes();
  const { hashesVerified } = service.stats();
  for (const key of keys) await service.safeVerifyKey(key);
  if (service.stats().hashesVerified !== hashesVerified || service.stats().memoryHits < KEYS) {
    throw new Error("Not all keys were cached.");
  }
  await service.close();
  const each = (after - before) / KEYS;
  return `${KEYS.toLocaleString("en")} keys with an owner and two scopes: ${each.toFixed(0)} bytes each, record, slot and proof together.\n\n${target("memory for each cached key, in bytes", each, 1_000)}`;
}

async function usedBytes() {
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
