import { ConfigurationError } from "@apikey/core";
import { KeyvCache, type KeyvLike } from "@apikey/core/caches";
import { exampleEntry } from "@apikey/testing";
import { describe, expect, test } from "vitest";

const secret = "cache secret";

/** A store that keeps what it is given, and how long it was asked to. */
function recordingStore() {
  const values = new Map<string, string>();
  const ttls: [key: string, ttlMs: number][] = [];
  const keyv = {
    get: async (key: string): Promise<unknown> => values.get(key),
    set: async (key: string, value: string, ttlMs: number): Promise<unknown> => {
      values.set(key, value);
      ttls.push([key, ttlMs]);
      return true;
    },
  };
  return { keyv, values, ttls: () => ttls.splice(0) };
}

const entry = exampleEntry({ keyId: "id", version: 3 });

describe("what a store is asked", () => {
  test("generations outlive entries by a minute, and an entry lives as long as it is good", async () => {
    const { keyv, ttls, values } = recordingStore();
    const cache = new KeyvCache(keyv, { secret, maxTtlMs: 10_000 });
    const { lease } = await cache.get("id", "k", 1_000);
    expect(ttls()).toEqual([["apikey:generation:id", 70_000]]);
    expect(values.get("apikey:generation:id")).toMatch(/^[\w-]{16}:0$/);

    expect(await cache.put("k", entry, 1_999.5, lease)).toBe(true);
    expect(await cache.put("k", entry, 99_000, lease)).toBe(true);
    expect(ttls()).toEqual([
      ["apikey:slot:id", 1_000],
      ["apikey:slot:id", 10_000],
    ]);
    expect((await cache.get("id", "k", 10_999)).expiresAtMs).toBe(11_000);
    expect((await cache.get("id", "k", 11_000)).answer).toBeUndefined();
    expect(await cache.put("k", entry, 1_000, lease)).toBe(false);
    expect(await cache.put("k", entry, 999, lease)).toBe(false);
    expect(ttls()).toEqual([]);
  });

  test("the longest life is five minutes unless it says otherwise", async () => {
    const { keyv, ttls } = recordingStore();
    const cache = new KeyvCache(keyv, { secret });
    const { lease } = await cache.get("id", "k", 0);
    await cache.put("k", entry, 8e12, lease);
    expect(ttls().map(([, ttlMs]) => ttlMs)).toEqual([360_000, 300_000]);
  });

  test("a refused entry is told of", async () => {
    const { keyv } = recordingStore();
    const cache = new KeyvCache(keyv, { secret });
    const { lease } = await cache.get("id", "k", 0);
    keyv.set = async () => false;
    expect(await cache.put("k", entry, 60_000, lease)).toBe(false);
  });

  test("a generation keeps the highest version that was barred", async () => {
    const { keyv, values } = recordingStore();
    const cache = new KeyvCache(keyv, { secret });
    const versions = [];
    for (const version of [2, 5, 3]) {
      await cache.invalidate("id", version);
      versions.push(values.get("apikey:generation:id")?.split(":")[1]);
    }
    expect(versions).toEqual(["2", "5", "5"]);
    const { lease } = await cache.get("id", "k", 0);
    expect(await cache.put("k", entry, 60_000, lease)).toBe(false);
    const newer = exampleEntry({ keyId: "id", version: 5 });
    expect(await cache.put("k", newer, 60_000, lease)).toBe(true);
    expect((await cache.get("id", "k", 0)).answer).toEqual(newer);
  });

  test("an entry that stands beside a generation which bars its version is not an answer", async () => {
    const { keyv, values } = recordingStore();
    const cache = new KeyvCache(keyv, { secret });
    const { lease } = await cache.get("id", "k", 0);
    await cache.put("k", entry, 60_000, lease);
    const nonce = values.get("apikey:generation:id")?.slice(0, 16);
    values.set("apikey:generation:id", `${nonce}:3`);
    expect((await cache.get("id", "k", 0)).answer).toEqual(entry);
    values.set("apikey:generation:id", `${nonce}:4`);
    expect((await cache.get("id", "k", 0)).answer).toBeUndefined();
  });

  test.each([
    "",
    "0123456789abcde:1",
    "0123456789abcdefg:1",
    "0123456789abcde!:1",
    "0123456789abcdef:",
    "0123456789abcdef:x1",
    "0123456789abcdef:1x",
    "0123456789abcdef:12345678901234567",
    "x0123456789abcdef:1",
    5,
    null,
  ])("a generation that none of us wrote is none: %j", async (text) => {
    const { keyv, values, ttls } = recordingStore();
    const cache = new KeyvCache(keyv, { secret });
    values.set("apikey:generation:id", text as string);
    await cache.get("id", "k", 0);
    expect(ttls()).toHaveLength(1);
    expect(values.get("apikey:generation:id")).toMatch(/^[\w-]{16}:0$/);
  });
});

describe("a store that keeps nothing", () => {
  const silent = () => {
    let sets = 0;
    const keyv: KeyvLike = {
      get: async () => undefined,
      set: async () => {
        sets += 1;
        return true;
      },
    };
    return { cache: new KeyvCache(keyv, { secret }), sets: () => sets };
  };

  test("is asked three times to take a generation, and nothing is put under none", async () => {
    const { cache, sets } = silent();
    const { answer, lease } = await cache.get("id", "k", 0);
    expect(answer).toBeUndefined();
    expect(sets()).toBe(3);
    expect(await cache.put("k", entry, 60_000, lease)).toBe(false);
    expect(sets()).toBe(3);
  });

  test("has not taken an invalidation", async () => {
    const { cache, sets } = silent();
    await expect(cache.invalidate("id", 2)).rejects.toMatchObject({
      code: "cache_unavailable",
      cause: { message: "The store did not take the invalidation." },
    });
    expect(sets()).toBe(3);
  });

  test("or takes it the second time only, has", async () => {
    const { keyv, values } = recordingStore();
    let tries = 0;
    const { set } = keyv;
    keyv.set = async (...args) => {
      tries += 1;
      return tries === 2 ? set(...args) : true;
    };
    const cache = new KeyvCache(keyv, { secret });
    await cache.invalidate("id", 2);
    expect(tries).toBe(2);
    expect(values.get("apikey:generation:id")).toMatch(/:2$/);
  });
});

test("each of its calls fails as a cache does, with the cause", async () => {
  const cause = new Error("ECONNREFUSED");
  const { keyv } = recordingStore();
  const cache = new KeyvCache(keyv, { secret });
  const { lease } = await cache.get("id", "k", 0);
  keyv.get = keyv.set = () => Promise.reject(cause);
  for (const call of [
    () => cache.get("id", "k", 0),
    () => cache.put("k", entry, 60_000, lease),
    () => cache.invalidate("id", 2),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "cache_unavailable", cause });
  }
});

test("its reach is the process, unless the store is shared", () => {
  const { keyv } = recordingStore();
  expect(new KeyvCache(keyv, { secret }).reach).toBe("process");
  expect(new KeyvCache(keyv, { secret, shared: true }).reach).toBe("fleet");
});

test.each([undefined, null, {}, { get: async () => 0 }, { set: async () => 0 }])(
  "what is no Keyv instance is refused (%#)",
  (keyv) => {
    const make = () => new KeyvCache(keyv as KeyvLike, { secret });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow("KeyvCache takes a Keyv instance: new KeyvCache(new Keyv()).");
  },
);

test.each([
  ["a", true],
  ["a_b.c-D9", true],
  ["n".repeat(64), true],
  ["n".repeat(65), false],
  ["", false],
  ["a:b", false],
  [" a", false],
  ["a\n", false],
  [5, false],
])("the namespace %j is taken: %s", async (namespace, isTaken) => {
  const { keyv, values } = recordingStore();
  const make = () => new KeyvCache(keyv, { secret, namespace: namespace as string });
  if (!isTaken) {
    expect(make).toThrow("namespace: must be 1 to 64 letters, digits, _ - or .");
    return;
  }
  await make().get("id", "k", 0);
  expect([...values.keys()]).toEqual([`${namespace}:generation:id`]);
});
