import {
  type ApiKeyCache,
  ConfigurationError,
  type Invalidation,
  MemoryCache,
  MISMATCH,
} from "@apikey/core";
import { TieredCache } from "@apikey/core/caches";
import { exampleEntry } from "@apikey/testing";
import { describe, expect, test } from "vitest";

/** A shared cache that tells of invalidations, or does not, as the test wants. */
function sharedCache() {
  const inner = new MemoryCache();
  const listeners = new Set<(invalidation: Invalidation | undefined) => void>();
  const state = { listening: true, beforeAnswer: async () => {} };
  const cache: ApiKeyCache = {
    reach: "fleet",
    get: async (keyId, key, nowMs) => {
      const lookup = await inner.get(keyId, key, nowMs);
      await state.beforeAnswer();
      return lookup;
    },
    put: (key, entry, expiresAtMs, lease) => inner.put(key, entry, expiresAtMs, lease),
    invalidate: (keyId, version) => inner.invalidate(keyId, version),
    onInvalidation: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get listening() {
      return state.listening;
    },
  };
  const tell = (invalidation: Invalidation | undefined): void => {
    for (const listener of listeners) listener(invalidation);
  };
  return { cache, state, tell };
}

async function filled() {
  const shared = sharedCache();
  const cache = new TieredCache({ shared: shared.cache, memoryTtlMs: 60_000 });
  const entry = exampleEntry();
  const { keyId } = entry.record;
  const { lease } = await shared.cache.get(keyId, "k", Date.now());
  await shared.cache.put("k", entry, Date.now() + 60_000, lease);
  return {
    ...shared,
    keyId,
    read: () => cache.get(keyId, "k", Date.now()),
    peek: () => cache.peek(keyId, "k", Date.now()),
    entry,
  };
}

describe("the tier in memory", () => {
  test("is filled by a hit in the shared cache", async () => {
    const { read, peek, entry } = await filled();
    expect(peek()).toBeUndefined();
    await read();
    expect(peek()).toEqual(entry);
  });

  test("is off while invalidations are not being told", async () => {
    const { state, read, peek } = await filled();
    await read();
    state.listening = false;
    expect(peek()).toBeUndefined();
  });

  test("is not filled by a look-up that began while they were not", async () => {
    const { state, read, peek } = await filled();
    state.listening = false;
    state.beforeAnswer = async () => {
      state.listening = true;
    };
    await read();
    expect(peek()).toBeUndefined();
  });

  test("is emptied when some may have been missed, and not filled by a look-up under way", async () => {
    const { state, tell, read, peek } = await filled();
    await read();
    tell(undefined);
    expect(peek()).toBeUndefined();
    state.beforeAnswer = async () => tell(undefined);
    await read();
    expect(peek()).toBeUndefined();
  });

  test("is not filled by a look-up that an invalidation has overtaken", async () => {
    const { state, tell, read, peek, keyId } = await filled();
    state.beforeAnswer = async () => tell({ keyId, version: 2 });
    await read();
    expect(peek()).toBeUndefined();
  });
});

/** A shared cache that counts what it is asked, and tells nobody of anything unless it is let. */
function countedCache(more: Partial<ApiKeyCache> = {}) {
  const inner = new MemoryCache();
  const calls = { get: 0, put: 0 };
  const cache: ApiKeyCache = {
    reach: "fleet",
    get: (...args) => {
      calls.get += 1;
      return inner.get(...args);
    },
    put: (...args) => {
      calls.put += 1;
      return inner.put(...args);
    },
    invalidate: (...args) => inner.invalidate(...args),
    ...more,
  };
  return { cache, calls, inner };
}

describe("what is put", () => {
  test("goes into both tiers, and is read from memory until its time there is over", async () => {
    const { cache: shared, calls } = countedCache();
    const cache = new TieredCache({ shared, memoryTtlMs: 1_000 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const { lease } = await cache.get(keyId, "k", 0);
    expect(await cache.put("k", entry, 60_000, lease)).toBe(true);
    expect(calls).toEqual({ get: 1, put: 1 });
    expect(await cache.get(keyId, "k", 999)).toMatchObject({ answer: entry, expiresAtMs: 1_000 });
    expect(calls.get).toBe(1);
    expect(cache.peek(keyId, "k", 1_000)).toBeUndefined();
    expect(await cache.get(keyId, "k", 1_000)).toMatchObject({
      answer: entry,
      expiresAtMs: 60_000,
    });
    expect(calls.get).toBe(2);
    expect(cache.peek(keyId, "k", 1_999)).toEqual(entry);
    expect(cache.peek(keyId, "k", 2_000)).toBeUndefined();
  });

  test("ends in memory when it ends in the shared cache, if that is sooner", async () => {
    const { cache: shared } = countedCache();
    const cache = new TieredCache({ shared, memoryTtlMs: 1_000 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const { lease } = await cache.get(keyId, "k", 0);
    await cache.put("k", entry, 500, lease);
    expect(cache.peek(keyId, "k", 499)).toEqual(entry);
    expect(cache.peek(keyId, "k", 500)).toBeUndefined();
  });

  test("is not in memory when the shared cache refused it, or nobody knows how old it is", async () => {
    const { cache: shared } = countedCache({ put: async () => false });
    const cache = new TieredCache({ shared, memoryTtlMs: 1_000 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const { lease } = await cache.get(keyId, "k", 0);
    expect(await cache.put("k", entry, 60_000, lease)).toBe(false);
    expect(await cache.put("k", entry, 60_000, undefined)).toBe(false);
    expect(cache.peek(keyId, "k", 0)).toBeUndefined();
  });

  test("for another key string is a mismatch, which memory says and does not learn", async () => {
    const { cache: shared, inner } = countedCache();
    const cache = new TieredCache({ shared, memoryTtlMs: 1_000 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    await inner.put("k", entry, 60_000, (await inner.get(keyId, "k", 0)).lease);
    expect((await cache.get(keyId, "wrong", 0)).answer).toBe(MISMATCH);
    expect(cache.peek(keyId, "wrong", 0)).toBeUndefined();
    await cache.get(keyId, "k", 0);
    expect(cache.peek(keyId, "wrong", 0)).toBe(MISMATCH);
  });
});

describe("an invalidation", () => {
  test("holds here although the shared cache is down", async () => {
    const down = () => Promise.reject(new Error("down"));
    const { cache: shared, inner } = countedCache({ invalidate: down });
    const cache = new TieredCache({ shared, memoryTtlMs: 1_000 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    await inner.put("k", entry, 60_000, (await inner.get(keyId, "k", 0)).lease);
    await cache.get(keyId, "k", 0);
    expect(cache.peek(keyId, "k", 0)).toEqual(entry);
    await expect(cache.invalidate(keyId, 2)).rejects.toThrow("down");
    expect(cache.peek(keyId, "k", 0)).toBeUndefined();
  });

  test("that is told of goes on to who listens, until they no longer do", async () => {
    const { cache: shared, tell } = sharedCache();
    const cache = new TieredCache({ shared });
    const heard: unknown[] = [];
    const stop = cache.onInvalidation((invalidation) => heard.push(invalidation));
    tell({ keyId: "a", version: 2 });
    tell(undefined);
    stop();
    tell({ keyId: "b", version: 2 });
    expect(heard).toEqual([{ keyId: "a", version: 2 }, undefined]);
  });

  test("of one key leaves others in memory", async () => {
    const { tell, read, peek, entry } = await filled();
    await read();
    tell({ keyId: "another", version: 2 });
    expect(peek()).toEqual(entry);
  });
});

describe("a tiered cache", () => {
  test("reaches as far as its shared cache tells of invalidations", () => {
    const { cache: silent } = countedCache();
    expect(new TieredCache({ shared: silent, memoryTtlMs: 1 }).reach).toBe("process");
    const { cache: telling, state } = sharedCache();
    const cache = new TieredCache({ shared: telling });
    expect([cache.reach, cache.listening]).toEqual(["fleet", true]);
    state.listening = false;
    expect(cache.listening).toBe(false);
    expect(new TieredCache({ shared: silent, memoryTtlMs: 1 }).listening).toBe(false);
  });

  test("keeps entries in memory for five seconds by default, and in the memory it was given", async () => {
    const { cache: shared } = sharedCache();
    const memory = new MemoryCache();
    const cache = new TieredCache({ shared, memory });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    await cache.put("k", entry, 60_000, (await cache.get(keyId, "k", 0)).lease);
    expect(memory.peek(keyId, "k", 4_999)).toEqual(entry);
    expect(memory.peek(keyId, "k", 5_000)).toBeUndefined();
  });

  test("that is closed keeps nothing and listens no more", async () => {
    const { cache: shared, tell } = sharedCache();
    const cache = new TieredCache({ shared });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    await cache.put("k", entry, 60_000, (await cache.get(keyId, "k", 0)).lease);
    const heard: unknown[] = [];
    cache.onInvalidation((invalidation) => heard.push(invalidation));
    await cache.close();
    expect(cache.peek(keyId, "k", 0)).toBeUndefined();
    tell(undefined);
    expect(heard).toEqual([]);
  });

  test.each([
    [undefined, "must be named, since the shared cache does not tell of invalidations"],
    [0, "must be an integer from 1 to 86400000"],
    [86_400_001, "must be an integer from 1 to 86400000"],
    [1.5, "must be an integer from 1 to 86400000"],
    [1, undefined],
    [86_400_000, undefined],
  ])("of %j ms in memory: %s", (memoryTtlMs, message) => {
    const { cache: shared } = countedCache();
    const make = () =>
      new TieredCache({ shared, ...(memoryTtlMs !== undefined && { memoryTtlMs }) });
    if (message === undefined) expect(make).not.toThrow();
    else expect(make).toThrow(ConfigurationError);
    if (message !== undefined) expect(make).toThrow(`memoryTtlMs: ${message}`);
  });
});
