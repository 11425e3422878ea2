import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import reference from "../../../vectors/python-reference.json" with { type: "json" };
import { HmacSha256Hasher } from "../src/hashers/index.js";
import {
  type ApiKeyCache,
  type ApiKeyService,
  type ApiKeyServiceOptions,
  MemoryCache,
  systemRandom,
} from "../src/index.js";
import { InMemoryApiKeyRepository } from "../src/repositories/index.js";
import { CHANNELS, type VerifyMessage } from "../src/telemetry/index.js";
import { counted, countedService, gate, manualClock } from "./counting.js";

const messages: VerifyMessage[] = [];
const listen = (message: unknown) => void messages.push(message as VerifyMessage);
beforeEach(() => {
  messages.length = 0;
  subscribe(CHANNELS.verify, listen);
});
afterEach(() => unsubscribe(CHANNELS.verify, listen));

/** A cache that spans processes, in so far as several services here hold it. */
function fleetCache(more: Partial<ApiKeyCache> = {}) {
  const inner = new MemoryCache();
  const cache: ApiKeyCache = {
    reach: "fleet",
    get: (...args) => inner.get(...args),
    put: (...args) => inner.put(...args),
    invalidate: (...args) => inner.invalidate(...args),
    ...more,
  };
  return { ...counted(cache), inner };
}

/** Processes on one repository and one cache. */
function fleet(cache: ApiKeyCache, options: Partial<ApiKeyServiceOptions> = {}) {
  const repository = new InMemoryApiKeyRepository();
  const start = () => countedService({ repository, cache, lastUsed: "off", ...options });
  return { one: start(), other: start() };
}

function withWrongSecret(service: ApiKeyService, keyId: string): string {
  const id = Buffer.from(keyId, "hex");
  return service.format.format(
    service.format.generate((size) => (size === id.length ? id : systemRandom(size))),
  );
}

/** Lets work go on that waits for nothing but the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("bounded: what one process has proven", () => {
  test("another takes from the cache, right or wrong, and says so", async () => {
    const { one, other } = fleet(fleetCache().proxy);
    const { key, apiKey } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    messages.length = 0;
    await other.service.verifyKey(key);
    const wrong = withWrongSecret(other.service, apiKey.keyId);
    expect(await other.service.safeVerifyKey(wrong)).toEqual({ ok: false, code: "invalid_key" });
    expect(messages).toEqual([
      {
        outcome: "accepted",
        keyId: apiKey.keyId,
        source: "cache",
        hashed: false,
        detail: undefined,
      },
      {
        outcome: "invalid_key",
        keyId: apiKey.keyId,
        source: "cache",
        hashed: false,
        detail: "wrong_secret",
      },
    ]);
    expect(other.service.stats()).toMatchObject({
      cacheHits: 2,
      memoryHits: 0,
      hashesVerified: 0,
      repositoryReads: 0,
    });
  });

  test("is an answer from memory where the cache is this process's own", async () => {
    const { service } = countedService({ cache: fleetCache({ reach: "process" }).proxy });
    const { key } = await service.create({ name: "n" });
    await service.verifyKey(key);
    await service.verifyKey(key);
    expect(messages).toMatchObject([{ source: "repository" }, { source: "memory" }]);
    expect(service.stats()).toMatchObject({ memoryHits: 1, cacheHits: 0 });
  });

  test("needs no hash there either, once the record has changed", async () => {
    const { one, other } = fleet(fleetCache().proxy);
    const { key, apiKey } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    await other.service.verifyKey(key);
    await one.service.update(apiKey.id, { name: "m" });
    expect(await other.service.verifyKey(key)).toMatchObject({ name: "m" });
    expect(other.service.stats()).toMatchObject({ hashesVerified: 0, repositoryReads: 1 });
  });

  test.each([
    [undefined, 2],
    [false, 2],
    [true, 1],
  ])("a read under way is joined where changes are told of (%s)", async (listening, reads) => {
    const more = listening === undefined ? {} : { listening };
    const { one } = fleet(fleetCache(more).proxy);
    const { key } = await one.service.create({ name: "n" });
    const { opened: held, open: release } = gate();
    one.repository.hooks.before = (method) => (method === "findByKeyId" ? held : undefined);
    const calls = [one.service.verifyKey(key)];
    await turn();
    calls.push(one.service.verifyKey(key));
    await turn();
    expect(one.repository.calls.findByKeyId).toBe(reads);
    release();
    await Promise.all(calls);
  });

  test.each([
    [undefined, 3],
    [false, 3],
    [true, 1],
  ])("an unknown id is remembered where changes are told of (%s)", async (listening, reads) => {
    const more = listening === undefined ? {} : { listening };
    const { one } = fleet(fleetCache(more).proxy);
    for (let times = 0; times < 3; times += 1) {
      await one.service.safeVerifyKey(reference.exampleKey);
    }
    expect(one.repository.calls.findByKeyId).toBe(reads);
    const told = { outcome: "invalid_key", hashed: false, detail: "unknown_key" };
    expect(messages[0]).toMatchObject({ ...told, source: "repository" });
    expect(messages[2]).toMatchObject({ ...told, source: reads === 1 ? "memory" : "repository" });
  });

  test("a change that the cache has not heard of is not overlooked, in memory or beyond", async () => {
    const inner = new MemoryCache();
    const cache = counted<ApiKeyCache>(inner);
    const { service, repository } = countedService({ cache: cache.proxy });
    const { key, apiKey } = await service.create({ name: "n" });
    await service.verifyKey(key);
    cache.hooks.before = (method) => {
      if (method === "invalidate") throw new Error("down");
    };
    await service.deactivate(apiKey.id);
    expect(inner.peek(apiKey.keyId, key, Date.now())).toBeDefined();
    expect(service.recallKey(key)).toBeUndefined();
    const gets = cache.calls.get;
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
    expect(cache.calls.get).toBe(gets);
    expect(repository.calls.findByKeyId).toBe(3);
    delete cache.hooks.before;
    await service.close();
  });

  test("a cache that fails is counted, for look-ups and for puts", async () => {
    const { proxy, hooks } = fleetCache();
    const { one } = fleet(proxy);
    const { key } = await one.service.create({ name: "n" });
    for (const failing of ["get", "put"]) {
      hooks.before = (method) => {
        if (method === failing) return Promise.reject(new Error("down"));
        return undefined;
      };
      await one.service.verifyKey(key);
    }
    expect(one.service.stats().cacheFaults).toBe(2);
  });

  test("a key that has expired is not put", async () => {
    const clock = manualClock();
    const { proxy, calls } = fleetCache();
    const { one } = fleet(proxy, { clock });
    const { key } = await one.service.create({ name: "n", expiresAt: new Date(clock.now() + 10) });
    clock.advance(9);
    await one.service.verifyKey(key);
    expect(calls.put).toBe(1);
    clock.advance(1);
    await one.service.safeVerifyKey(key);
    expect(calls.put).toBe(1);
  });
});

describe("strict: the record is read on every call, and what one process has proven", () => {
  const strict = { consistency: "strict" } as const;

  test("saves another the hash; after that the cache is not asked", async () => {
    const { proxy, calls } = fleetCache();
    const { one, other } = fleet(proxy, strict);
    const { key, apiKey } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    expect(calls).toMatchObject({ get: 1, put: 1 });
    messages.length = 0;
    for (let times = 0; times < 3; times += 1) await other.service.verifyKey(key);
    expect(calls).toMatchObject({ get: 2, put: 1 });
    expect(other.service.stats()).toMatchObject({ hashesVerified: 0, repositoryReads: 3 });
    const told = { source: "repository", hashed: false, detail: undefined };
    expect(messages[0]).toEqual({ outcome: "accepted", keyId: apiKey.keyId, ...told });
    const wrong = withWrongSecret(other.service, apiKey.keyId);
    await other.service.safeVerifyKey(wrong);
    expect(messages.at(-1)).toMatchObject({ ...told, detail: "wrong_secret" });
  });

  test("says nothing of a wrong secret, which is hashed once", async () => {
    const { proxy, calls } = fleetCache();
    const { one, other } = fleet(proxy, strict);
    const { key, apiKey } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    const wrong = withWrongSecret(other.service, apiKey.keyId);
    messages.length = 0;
    expect(await other.service.safeVerifyKey(wrong)).toEqual({ ok: false, code: "invalid_key" });
    expect(messages).toMatchObject([
      { source: "repository", hashed: true, detail: "wrong_secret" },
    ]);
    expect(calls.put).toBe(1);
  });

  test("counts for nothing once the stored hash is another", async () => {
    const { one, other } = fleet(fleetCache().proxy, strict);
    const { key, apiKey } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    const another = await new HmacSha256Hasher({ pepper: "test pepper" }).hash("another secret");
    await one.repository.proxy.update(apiKey.id, 1, { hash: another });
    expect(await other.service.safeVerifyKey(key)).toEqual({ ok: false, code: "invalid_key" });
    expect(other.service.stats().hashesVerified).toBe(1);
  });

  test("is not asked for while the cache has yet to hear of a change", async () => {
    const { proxy, calls, hooks } = fleetCache();
    const { one } = fleet(proxy, strict);
    const { key, apiKey } = await one.service.create({ name: "n" });
    hooks.before = (method) => {
      if (method === "invalidate") throw new Error("down");
    };
    await one.service.update(apiKey.id, { name: "m" });
    expect(await one.service.verifyKey(key)).toMatchObject({ name: "m" });
    expect(calls.get).toBeUndefined();
    delete hooks.before;
    await one.service.close();
  });

  test("is never answered from memory, though the cache has a tier there", async () => {
    const inner = new MemoryCache();
    const { proxy } = fleetCache({
      get: (...args) => inner.get(...args),
      put: (...args) => inner.put(...args),
      peek: (...args) => inner.peek(...args),
    });
    const { one } = fleet(proxy, strict);
    const { key, apiKey } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    expect(inner.peek(apiKey.keyId, key, Date.now())).toBeDefined();
    expect(one.service.recallKey(key)).toBeUndefined();
    await one.service.verifyKey(key);
    expect(one.service.stats()).toMatchObject({ memoryHits: 0, repositoryReads: 2 });
  });

  test("is not looked for in a cache of this process, which knows no more than this process", async () => {
    const cache = counted<ApiKeyCache>(new MemoryCache());
    const { service } = countedService({ cache: cache.proxy, ...strict });
    const { key } = await service.create({ name: "n" });
    await service.verifyKey(key);
    expect(cache.calls.get).toBeUndefined();
    expect(cache.calls.put).toBeUndefined();
  });

  test("an unknown id is looked up each time, and costs no hash", async () => {
    const { one } = fleet(fleetCache({ listening: true }).proxy, strict);
    for (let times = 0; times < 2; times += 1) {
      await one.service.safeVerifyKey(reference.exampleKey);
    }
    expect(one.repository.calls.findByKeyId).toBe(2);
    expect(messages).toMatchObject([
      { source: "repository", hashed: false, detail: "unknown_key" },
      { source: "repository", hashed: false, detail: "unknown_key" },
    ]);
  });

  test("a hash under way is shared by those who come later", async () => {
    const { service, hasher } = countedService(strict);
    const { key } = await service.create({ name: "n" });
    const { opened: held, open: release } = gate();
    hasher.hooks.before = (method) => (method === "verify" ? held : undefined);
    const calls = [service.verifyKey(key)];
    await turn();
    await turn();
    expect(hasher.calls.verify).toBe(1);
    calls.push(service.verifyKey(key));
    await turn();
    await turn();
    release();
    await Promise.all(calls);
    expect(hasher.calls.verify).toBe(1);
  });
});
