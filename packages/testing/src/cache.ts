import { randomBytes, randomUUID } from "node:crypto";
import { type ApiKey, type ApiKeyCache, type CacheEntry, MISMATCH } from "@apikey/core";
import { afterAll, describe, expect, test } from "vitest";

/** What {@link testCache} needs to know of a cache. */
export interface CacheUnderTest {
  /** Makes a cache; all caches made share what is behind them. */
  make(): ApiKeyCache | Promise<ApiKeyCache>;
  /** Everything that is stored outside the process, as text: for a search for what must not be there. */
  dump?(): Promise<string>;
  /** Called when the tests are over. */
  close?(): Promise<void>;
}

/** An entry as the service would put it. */
export function exampleEntry(record: Partial<ApiKey> = {}): CacheEntry {
  return {
    record: Object.freeze({
      id: randomUUID(),
      keyId: randomBytes(8).toString("hex"),
      version: 1,
      name: 'Ünïcode 😀 "quoted"',
      description: null,
      ownerId: "owner",
      scopes: Object.freeze(["a", "b:c"]),
      metadata: Object.freeze({ list: Object.freeze([1, null, "two"]), ключ: "wert" }),
      isActive: true,
      expiresAt: new Date(8e12),
      createdAt: new Date(1_700_000_000_001),
      updatedAt: new Date(1_700_000_000_002),
      lastUsedAt: null,
      hint: "abcd…wxyz",
      ...record,
    }),
    proof: "proof-proof-proof-proof",
  };
}

/**
 * Contract of `ApiKeyCache`, for any adapter.
 *
 * @example
 * ```ts
 * testCache("MyCache", { make: () => new MyCache(store) });
 * ```
 */
export function testCache(name: string, subject: CacheUnderTest): void {
  describe(`${name} keeps the contract of a cache:`, () => {
    const opened: ApiKeyCache[] = [];
    const open = async (): Promise<ApiKeyCache> => {
      const cache = await subject.make();
      opened.push(cache);
      return cache;
    };
    afterAll(async () => {
      for (const cache of opened) await cache.close?.();
      await subject.close?.();
    });
    const keyOf = ({ record }: CacheEntry): string => `ak-${record.keyId}-secret`;
    const inAMinute = (): number => Date.now() + 60_000;
    const find = async (
      cache: ApiKeyCache,
      entry: CacheEntry,
      key = keyOf(entry),
      nowMs = Date.now(),
    ) => (await cache.get(entry.record.keyId, key, nowMs)).answer;
    const putFresh = async (cache: ApiKeyCache, entry: CacheEntry, expiresAtMs = inAMinute()) => {
      const { lease } = await cache.get(entry.record.keyId, keyOf(entry), Date.now());
      return cache.put(keyOf(entry), entry, expiresAtMs, lease);
    };

    test("what was put is found again, equal and frozen", async () => {
      const cache = await open();
      const entry = exampleEntry();
      expect(await find(cache, entry)).toBeUndefined();
      expect(await putFresh(cache, entry)).toBe(true);
      const found = (await find(cache, entry)) as CacheEntry;
      expect(found).toEqual(entry);
      expect(Object.isFrozen(found.record)).toBe(true);
      expect(Object.isFrozen(found.record.scopes)).toBe(true);
      expect(Object.isFrozen(found.record.metadata)).toBe(true);
    });

    test("another key string of the same key id is a mismatch", async () => {
      const cache = await open();
      const entry = exampleEntry();
      await putFresh(cache, entry);
      for (const other of [`${keyOf(entry)}x`, keyOf(entry).slice(0, -1), "", "\ud800", "\0"]) {
        expect(await find(cache, entry, other)).toBe(MISMATCH);
      }
      expect(await find(cache, entry)).toEqual(entry);
    });

    test("an entry ends at its expiry, to the millisecond", async () => {
      const cache = await open();
      const entry = exampleEntry();
      const expiresAtMs = Date.now() + 30_000;
      await putFresh(cache, entry, expiresAtMs);
      expect(await find(cache, entry, keyOf(entry), expiresAtMs - 1)).toEqual(entry);
      expect(await find(cache, entry, keyOf(entry), expiresAtMs)).toBeUndefined();
    });

    test("peek and get agree, where there is a peek", async () => {
      const cache = await open();
      const entry = exampleEntry();
      const { keyId } = entry.record;
      expect(cache.peek?.(keyId, keyOf(entry), Date.now())).toBeUndefined();
      await putFresh(cache, entry);
      const peeked = cache.peek?.(keyId, keyOf(entry), Date.now());
      if (peeked !== undefined) expect(peeked).toEqual(entry);
      await cache.invalidate(keyId, 2);
      expect(cache.peek?.(keyId, keyOf(entry), Date.now())).toBeUndefined();
    });

    test("an invalidation bars older versions and no newer one", async () => {
      const cache = await open();
      const entry = exampleEntry({ version: 3 });
      await putFresh(cache, entry);
      await cache.invalidate(entry.record.keyId, 4);
      expect(await find(cache, entry)).toBeUndefined();
      expect(await putFresh(cache, entry)).toBe(false);
      expect(await find(cache, entry)).toBeUndefined();
      const newer = exampleEntry({ ...entry.record, version: 4 });
      expect(await putFresh(cache, newer)).toBe(true);
      expect(await find(cache, newer)).toEqual(newer);
      await cache.invalidate(entry.record.keyId, 4);
      const afterwards = await find(cache, newer);
      if (afterwards !== undefined) expect(afterwards).toEqual(newer);
    });

    test("an entry whose look-up began before an invalidation comes too late", async () => {
      const cache = await open();
      const entry = exampleEntry();
      const { keyId } = entry.record;
      const { lease } = await cache.get(keyId, keyOf(entry), Date.now());
      await cache.invalidate(keyId, 2);
      await cache.put(keyOf(entry), entry, inAMinute(), lease);
      expect(await find(cache, entry)).toBeUndefined();
    });

    test("an entry put between the two invalidations of a change does not outlive the second", async () => {
      const cache = await open();
      const entry = exampleEntry();
      const { keyId } = entry.record;
      await cache.invalidate(keyId, 2);
      await putFresh(cache, entry);
      await cache.invalidate(keyId, 2);
      expect(await find(cache, entry)).toBeUndefined();
    });

    test("an older version does not replace a newer one", async () => {
      const cache = await open();
      const old = exampleEntry({ version: 1 });
      const { keyId } = old.record;
      const { lease } = await cache.get(keyId, keyOf(old), Date.now());
      const newer = exampleEntry({ ...old.record, version: 5 });
      await cache.invalidate(keyId, 5);
      await putFresh(cache, newer);
      await cache.put(keyOf(old), old, inAMinute(), lease);
      const found = await find(cache, old);
      if (found !== undefined) expect(found).toEqual(newer);
    });

    test("versions may be as large as a number holds exactly", async () => {
      const cache = await open();
      const entry = exampleEntry({ version: Number.MAX_SAFE_INTEGER - 1 });
      expect(await putFresh(cache, entry)).toBe(true);
      await cache.invalidate(entry.record.keyId, Number.MAX_SAFE_INTEGER);
      expect(await find(cache, entry)).toBeUndefined();
    });

    test.each(["__proto__", "constructor", "hasOwnProperty", "a:b", "a b", "ä"])(
      "a key id is only a name: %s",
      async (keyId) => {
        const cache = await open();
        const entry = exampleEntry({ keyId });
        expect(await find(cache, entry)).toBeUndefined();
        await putFresh(cache, entry);
        expect(await find(cache, entry)).toEqual(entry);
        await cache.invalidate(keyId, 2);
        expect(await find(cache, entry)).toBeUndefined();
      },
    );

    test("a cache that spans the fleet bars in all processes what one invalidates", async () => {
      const [one, other] = [await open(), await open()];
      if (one.reach !== "fleet") return;
      const entry = exampleEntry();
      await putFresh(one, entry);
      await one.invalidate(entry.record.keyId, 2);
      const answers = async () => [await find(one, entry), await find(other, entry)];
      await expect.poll(answers).toEqual([undefined, undefined]);
    });

    test("nothing secret is stored outside the process", async () => {
      const cache = await open();
      const entry = exampleEntry();
      await putFresh(cache, entry);
      const stored = (await subject.dump?.()) ?? "";
      if (subject.dump) expect(stored).toContain(entry.record.keyId);
      expect(stored).not.toContain("-secret");
    });

    test("it can be closed twice", async () => {
      const cache = await subject.make();
      await cache.close?.();
      await cache.close?.();
    });

    test("an entry without a lease is refused: nobody knows how old it is", async () => {
      const cache = await open();
      const entry = exampleEntry();
      expect(await cache.put(keyOf(entry), entry, inAMinute(), undefined)).toBe(false);
      expect(await find(cache, entry)).toBeUndefined();
    });
  });
}
