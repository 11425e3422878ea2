import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  ALL_VERSIONS,
  type ApiKeyCache,
  ApiKeyService,
  type CacheEntry,
  type CacheLookup,
  MemoryCache,
} from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { exampleEntry, findStaleAnswer, type SchedulingPoint, testCache } from "@apikey/testing";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

testCache("MemoryCache", { make: () => new MemoryCache() });
testCache("MemoryCache of one key", { make: () => new MemoryCache({ maxKeys: 1 }) });

/** Every call of a cache between two scheduling points. */
function scheduled(cache: ApiKeyCache, point: SchedulingPoint): ApiKeyCache {
  const around = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    await point(`before cache.${name}`);
    const result = await work();
    await point(`after cache.${name}`);
    return result;
  };
  return {
    reach: cache.reach,
    ...(cache.peek && {
      peek: (keyId: string, key: string, nowMs: number) => cache.peek?.(keyId, key, nowMs),
    }),
    get: (keyId, key, nowMs) => around("get", () => cache.get(keyId, key, nowMs)),
    put: (key, entry, expiresAtMs, lease) =>
      around("put", () => cache.put(key, entry, expiresAtMs, lease)),
    invalidate: (keyId, version) => around("invalidate", () => cache.invalidate(keyId, version)),
  };
}

/** What nearly everybody writes: delete on change, set on miss. */
class NaiveCache implements ApiKeyCache {
  readonly reach = "process";
  readonly #entries = new Map<string, CacheEntry>();

  peek(keyId: string): CacheLookup["answer"] {
    return this.#entries.get(keyId);
  }

  async get(keyId: string): Promise<CacheLookup> {
    return { answer: this.#entries.get(keyId), lease: undefined };
  }

  async put(_key: string, entry: CacheEntry): Promise<boolean> {
    this.#entries.set(entry.record.keyId, entry);
    return true;
  }

  async invalidate(keyId: string): Promise<void> {
    this.#entries.delete(keyId);
  }
}

/** A build of MemoryCache with its version check switched off. */
async function buildWithoutCheck(): Promise<new () => ApiKeyCache> {
  const folder = new URL("../../core/src/caches/", import.meta.url);
  const source = await readFile(new URL("memory-cache.ts", folder), "utf8");
  const check = "if (isLate || (slot !== undefined && bars(slot, version, lease))) return false;";
  expect(source).toContain(check);
  const { outputFiles } = await build({
    stdin: {
      contents: source.replace(check, "void [isLate, bars];"),
      loader: "ts",
      resolveDir: fileURLToPath(folder),
    },
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  const code = Buffer.from(outputFiles[0]?.contents ?? "").toString("base64");
  const built = (await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)) as {
    MemoryCache: new () => ApiKeyCache;
  };
  return built.MemoryCache;
}

/** Fewer while mutants are tried, of which each runs them all. */
const RUNS = Number(process.env.RACE_RUNS ?? 400);

const stale = { cause: expect.objectContaining({ message: expect.stringContaining("Stale") }) };

describe("races", () => {
  test("no interleaving lets a stale answer through", async () => {
    await findStaleAnswer({
      makeCache: (point) => scheduled(new MemoryCache(), point),
      runs: RUNS,
    });
  });

  test("nor one with a cache so small that tombstones are evicted", async () => {
    await findStaleAnswer({
      makeCache: (point) => scheduled(new MemoryCache({ maxKeys: 1 }), point),
      runs: RUNS / 2,
    });
  });

  test("the search has teeth: it finds a stale answer of the naive cache", async () => {
    await expect(
      findStaleAnswer({
        makeCache: (point) => scheduled(new NaiveCache(), point),
        runs: 2_000,
        seed: 1,
      }),
    ).rejects.toMatchObject(stale);
  });

  test("and of ours with the version check switched off", async () => {
    const UncheckedCache = await buildWithoutCheck();
    await expect(
      findStaleAnswer({
        makeCache: (point) => scheduled(new UncheckedCache(), point),
        runs: 2_000,
        seed: 1,
      }),
    ).rejects.toMatchObject(stale);
  });
});

describe("a key that was deleted and created again", () => {
  test("is answered from memory again, and no entry of the deleted one comes back", async () => {
    const cache = new MemoryCache();
    const deleted = exampleEntry({ version: 7 });
    const { keyId } = deleted.record;
    const { lease } = await cache.get(keyId, "k", 0);
    await cache.invalidate(keyId, ALL_VERSIONS);
    await cache.invalidate(keyId, 1);
    const created = exampleEntry({ keyId, version: 1 });
    const fresh = (await cache.get(keyId, "k", 0)).lease;
    expect(await cache.put("k", created, 8e12, fresh)).toBe(true);
    expect(await cache.put("k", deleted, 8e12, lease)).toBe(false);
    expect(cache.peek(keyId, "k", 0)).toEqual(created);
  });

  test("costs the repository one look-up more, and no more than that", async () => {
    const service = new ApiKeyService({
      repository: new InMemoryApiKeyRepository(),
      hasher: new HmacSha256Hasher({ pepper: "p" }),
    });
    const { key, apiKey } = await service.create({ name: "n" });
    await service.verifyKey(key);
    await service.delete(apiKey.id);
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "invalid_key" });
    const again = await service.create({ name: "again", key });
    const before = service.stats().repositoryReads;
    for (let times = 0; times < 5; times += 1) {
      expect(await service.verifyKey(key)).toMatchObject({ id: again.apiKey.id, name: "again" });
    }
    expect(service.stats().repositoryReads).toBe(before + 1);
    await service.close();
  });
});

describe("a change that failed", () => {
  test("keeps its key out of memory for a minute, and no longer", async () => {
    const cache = new MemoryCache();
    const entry = exampleEntry({ version: 1 });
    const { keyId } = entry.record;
    const offer = async (nowMs: number) =>
      cache.put("k", entry, 8e12, (await cache.get(keyId, "k", nowMs)).lease);
    const late = (await cache.get(keyId, "k", 0)).lease;
    await cache.invalidate(keyId, 2);
    expect(await offer(1_000)).toBe(false);
    await cache.invalidate(keyId, 2);
    expect(await offer(2_000)).toBe(false);
    expect(await offer(61_999)).toBe(false);
    expect(await offer(62_000)).toBe(true);
    expect(cache.peek(keyId, "k", 62_000)).toEqual(entry);
    expect(await cache.put("k", entry, 8e12, late)).toBe(false);
  });

  test("does not let a late entry in when its tombstone has forgotten the version", async () => {
    const cache = new MemoryCache();
    const entry = exampleEntry({ version: 1 });
    const { keyId } = entry.record;
    const late = (await cache.get(keyId, "k", 0)).lease;
    await cache.invalidate(keyId, 2);
    await cache.get(keyId, "k", 0);
    await cache.get(keyId, "k", 60_000);
    expect(await cache.put("k", entry, 8e12, late)).toBe(false);
  });
});

describe("a change that an entry has heard of already", () => {
  test("leaves it where it is, and what began before comes too late", async () => {
    const cache = new MemoryCache();
    const entry = exampleEntry({ version: 2 });
    const { keyId } = entry.record;
    const late = (await cache.get(keyId, "k", 0)).lease;
    await cache.put("k", entry, 8e12, late);
    await cache.invalidate(keyId, 2);
    expect(cache.peek(keyId, "k", 0)).toEqual(entry);
    expect(await cache.put("k", exampleEntry({ keyId, version: 3 }), 8e12, late)).toBe(false);
  });
});

test("an entry that has ended bars older versions all the same", async () => {
  const cache = new MemoryCache();
  const entry = exampleEntry({ version: 5 });
  const { keyId } = entry.record;
  await cache.put("k", entry, 1_000, (await cache.get(keyId, "k", 0)).lease);
  const { lease } = await cache.get(keyId, "k", 2_000);
  expect(await cache.put("k", exampleEntry({ keyId, version: 4 }), 8e12, lease)).toBe(false);
  expect(await cache.put("k", exampleEntry({ keyId, version: 5 }), 8e12, lease)).toBe(true);
});

test.each([
  [0, false],
  [1, true],
  [10_000_000, true],
  [10_000_001, false],
  [1.5, false],
  [Number.NaN, false],
  ["10", false],
])("to keep %j keys is taken: %s", (maxKeys, isTaken) => {
  const make = () => new MemoryCache({ maxKeys: maxKeys as number });
  if (isTaken) expect(make).not.toThrow();
  else expect(make).toThrow("maxKeys: must be an integer from 1 to 10000000.");
});

describe("memory", () => {
  test("is bounded: the least recently used keys go first", async () => {
    const cache = new MemoryCache({ maxKeys: 10 });
    const entries = Array.from({ length: 50 }, () => exampleEntry());
    for (const entry of entries) {
      const { lease } = await cache.get(entry.record.keyId, "k", 0);
      await cache.put("k", entry, 8e12, lease);
    }
    const kept = entries.filter(({ record }) => cache.peek(record.keyId, "k", 0) !== undefined);
    expect(kept).toEqual(entries.slice(-10));
  });

  test("a late entry is refused also when the tombstone that bars it was evicted", async () => {
    const cache = new MemoryCache({ maxKeys: 2 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const { lease } = await cache.get(keyId, "k", 0);
    await cache.invalidate(keyId, 2);
    await cache.invalidate("other", 2);
    await cache.invalidate("another", 2);
    expect(await cache.put("k", entry, 8e12, lease)).toBe(false);
  });

  test("also when an entry had taken the tombstone's place before it was evicted", async () => {
    const cache = new MemoryCache({ maxKeys: 2 });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const { lease } = await cache.get(keyId, "k", 0);
    await cache.invalidate(keyId, 2);
    const newer = exampleEntry({ ...entry.record, version: 2 });
    await cache.put("k", newer, 8e12, (await cache.get(keyId, "k", 0)).lease);
    await cache.invalidate("other", 2);
    await cache.invalidate("another", 2);
    expect(await cache.put("k", entry, 8e12, lease)).toBe(false);
  });
});
