import { type ApiKeyCache, ApiKeyService, isApiKeyError } from "@apikey/core";
import { KeyvCache, type KeyvCacheOptions, type KeyvLike, TieredCache } from "@apikey/core/caches";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { exampleEntry, findStaleAnswer, type SchedulingPoint, testCache } from "@apikey/testing";
import Keyv from "keyv";
import { describe, expect, test } from "vitest";

const secret = "cache secret";

const memory = new Map<string, unknown>();
testCache("KeyvCache in memory", {
  make: () => new KeyvCache(new Keyv({ store: memory }), { secret, shared: true }),
  dump: async () => JSON.stringify([...memory]),
});

const behind = new Map<string, unknown>();
testCache("TieredCache before Keyv", {
  make: () =>
    new TieredCache({
      shared: new KeyvCache(new Keyv({ store: behind }), { secret, shared: true }),
      memoryTtlMs: 60_000,
    }),
});

/** A Keyv instance between two scheduling points. */
function scheduled(keyv: KeyvLike, point: SchedulingPoint): KeyvLike {
  return {
    async get(key) {
      await point("before get");
      const value = await keyv.get(key);
      await point("after get");
      return value;
    },
    async set(key, value, ttlMs) {
      await point("before set");
      const result = await keyv.set(key, value, ttlMs);
      await point("after set");
      return result;
    },
  };
}

/** Fewer while mutants are tried, of which each runs them all. */
const RUNS = Number(process.env.RACE_RUNS ?? 200);

describe("races", () => {
  test("one process: no interleaving lets a stale answer through", async () => {
    await findStaleAnswer({
      runs: RUNS,
      makeCache: (point) => new KeyvCache(scheduled(new Keyv(), point), { secret }),
    });
  });

  test("two processes on one store: neither", async () => {
    const stores = new Map<number, Map<string, unknown>>();
    await findStaleAnswer({
      runs: RUNS,
      processes: 2,
      makeCache: (point, _, run) => {
        const store = stores.get(run) ?? new Map<string, unknown>();
        stores.clear();
        stores.set(run, store);
        return new KeyvCache(scheduled(new Keyv({ store }), point), { secret, shared: true });
      },
    });
  });

  test("one process, tiered: neither", async () => {
    await findStaleAnswer({
      runs: RUNS,
      makeCache: (point) =>
        new TieredCache({
          shared: new KeyvCache(scheduled(new Keyv(), point), { secret, shared: true }),
          memoryTtlMs: 60_000,
        }),
    });
  });

  test("the search finds what a cache without generations lets through", async () => {
    await expect(
      findStaleAnswer({
        runs: 2_000,
        seed: 1,
        makeCache: (point) => new KeyvCache(withoutGenerations(point), { secret }),
      }),
    ).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining("Stale") }),
    });
  });
});

/** A store whose generation never changes: an invalidation only deletes the slot, as naive caches do. */
function withoutGenerations(point: SchedulingPoint): KeyvLike {
  const slots = new Map<string, string>();
  let latest = "";
  return {
    async get(key) {
      await point("before get");
      const value = slots.get(key);
      await point("after get");
      if (!key.includes(":generation:")) return value;
      // What was written is read back as if it had been kept; look-ups see one and the same generation.
      const written = latest;
      latest = "";
      return written || `${"n".repeat(16)}:0`;
    },
    async set(key, value) {
      await point("before set");
      if (key.includes(":generation:")) {
        latest = value;
        slots.clear();
      } else slots.set(key, value);
      await point("after set");
      return true;
    },
  };
}

describe("what is stored", () => {
  async function oneSlot(options: KeyvCacheOptions = {}) {
    const store = new Map<string, unknown>();
    const keyv = new Keyv({ store });
    const cache = new KeyvCache(keyv, { secret, ...options });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const key = `ak-${keyId}-s`;
    const { lease } = await cache.get(keyId, key, Date.now());
    await cache.put(key, entry, Date.now() + 60_000, lease);
    const find = async (one: ApiKeyCache = cache, id = keyId) =>
      (await one.get(id, key, Date.now())).answer;
    expect(await find()).toEqual(entry);
    const slotKey = `apikey:slot:${keyId}`;
    const sealed = String(await keyv.get(slotKey));
    return { keyv, cache, entry, keyId, key, find, slotKey, sealed };
  }

  test("is not accepted when anything in it was altered", async () => {
    const { keyv, find, slotKey, sealed } = await oneSlot();
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === "A" ? "B" : "A";
      await keyv.set(slotKey, sealed.slice(0, at) + other + sealed.slice(at + 1));
      expect(await find(), `character ${at}`).toBeUndefined();
    }
    for (const forged of ["", "{}", sealed.slice(1), `${sealed} `, "é".repeat(50), null, 5, {}]) {
      await keyv.set(slotKey, forged);
      expect(await find()).toBeUndefined();
    }
    await keyv.set(slotKey, sealed);
    expect(await find()).toBeDefined();
  });

  test("is not accepted at another key's place, in another namespace or under another secret", async () => {
    const { keyv, find, keyId, sealed, entry } = await oneSlot();
    const generation = await keyv.get(`apikey:generation:${keyId}`);
    await keyv.set("apikey:slot:0000000000000000", sealed);
    await keyv.set("apikey:generation:0000000000000000", generation);
    await keyv.set(`other:slot:${keyId}`, sealed);
    await keyv.set(`other:generation:${keyId}`, generation);
    expect(await find(undefined, "0000000000000000")).toBeUndefined();
    expect(await find(new KeyvCache(keyv, { secret, namespace: "other" }))).toBeUndefined();
    expect(await find(new KeyvCache(keyv, { secret: "stolen?" }))).toBeUndefined();
    expect(await find(new KeyvCache(keyv, { secret: ["new", secret] }))).toEqual(entry);
  });

  test("is accepted until the expiry sealed in it, however it is kept alive or replayed", async () => {
    const { keyv, cache, keyId, key, slotKey, sealed } = await oneSlot();
    await keyv.set(slotKey, sealed);
    const later = Date.now() + 60_001;
    expect((await cache.get(keyId, key, later)).answer).toBeUndefined();
    await cache.invalidate(keyId, 2);
    await keyv.set(slotKey, sealed);
    expect((await cache.get(keyId, key, Date.now())).answer).toBeUndefined();
  });

  test("lost generations make entries useless, never good", async () => {
    const { keyv, find, keyId } = await oneSlot();
    await keyv.delete(`apikey:generation:${keyId}`);
    expect(await find()).toBeUndefined();
  });
});

describe("a store that fails", () => {
  test("silently does not make an invalidation look made", async () => {
    const silent: KeyvLike = { get: async () => undefined, set: async () => true };
    const cache = new KeyvCache(silent, { secret });
    const failure = await cache.invalidate("id", 2).catch((error: unknown) => error);
    expect(isApiKeyError(failure) && failure.code).toBe("cache_unavailable");
  });

  test("costs look-ups but no second hash, and no wrong answer", async () => {
    const failing = new Map<string, unknown>();
    const down = () => {
      throw new Error("down");
    };
    const keyv = new Keyv({ store: Object.assign(failing, { get: down, set: down }) });
    keyv.on("error", () => undefined);
    const service = new ApiKeyService({
      repository: new InMemoryApiKeyRepository(),
      hasher: new HmacSha256Hasher({ pepper: "p" }),
      cache: new KeyvCache(keyv, { secret, shared: true }),
    });
    const { key, apiKey } = await service.create({ name: "n" });
    for (let index = 0; index < 5; index += 1) await service.verifyKey(key);
    await service.deactivate(apiKey.id);
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
    expect(service.stats()).toMatchObject({ hashesVerified: 1, pendingInvalidations: 1 });
    await service.close();
  });
});

test.each<[string, object]>([
  ["namespace", { namespace: "a b" }],
  ["maxTtlMs", { maxTtlMs: 0 }],
  ["shared", { shared: "yes" }],
  ["ttl", { ttl: 5 }],
])("a wrong %s is refused by name", (name, options) => {
  expect(() => new KeyvCache(new Keyv(), { secret, ...options })).toThrow(name);
});
