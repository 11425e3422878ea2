import { type ApiKeyCache, type Invalidation, MemoryCache } from "@apikey/core";
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
