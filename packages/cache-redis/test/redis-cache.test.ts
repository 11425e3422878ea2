import { randomUUID } from "node:crypto";
import { ConfigurationError, MISMATCH } from "@apikey/core";
import { exampleEntry, findStaleAnswer, type SchedulingPoint, testCache } from "@apikey/testing";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { afterAll, describe, expect, test, vi } from "vitest";
import { RedisCache, type RedisClient } from "../src/index.js";
import { openService, secret, sharedRepository } from "./fleet.js";
import { required } from "./redis-instance.js";

const url = required("REDIS_URL");
const client = new Redis(url);
client.setMaxListeners(0);
const client5 = new Redis5(url);
afterAll(() => {
  client.disconnect();
  client5.disconnect();
});

const dump = (namespace: string) => async () => {
  const keys = await client.keys(`${namespace}:*`);
  const values = await Promise.all(keys.map((key) => client.get(key)));
  return JSON.stringify([keys, values]);
};

for (const [name, make] of [
  [
    "a client of ioredis 6",
    (namespace: string) => new RedisCache({ redis: client, namespace, secret }),
  ],
  [
    "a client of ioredis 5",
    (namespace: string) =>
      new RedisCache({ redis: client5 as unknown as RedisClient, namespace, secret }),
  ],
  ["a URL", (namespace: string) => new RedisCache({ redis: url, namespace, secret })],
  [
    "no tier in memory",
    (namespace: string) => new RedisCache({ redis: client, namespace, secret, memory: false }),
  ],
] as const) {
  const namespace = `test-${randomUUID()}`;
  testCache(`RedisCache with ${name}`, {
    make: async () => {
      const cache = make(namespace);
      await cache.whenListening(5_000);
      return cache;
    },
    dump: dump(namespace),
  });
}

/** A client whose commands run between two scheduling points. */
function scheduled(point: SchedulingPoint): RedisClient {
  const around =
    <Args extends unknown[]>(name: string, work: (...args: Args) => Promise<unknown>) =>
    async (...args: Args) => {
      await point(`before ${name}`);
      const reply = await work(...args);
      await point(`after ${name}`);
      return reply;
    };
  const commands: Record<string, unknown> = {
    get: around("get", (key: string) => client.get(key)),
    evalsha: around("evalsha", (sha: string, count: number, ...args: string[]) =>
      client.evalsha(sha, count, ...args),
    ),
    eval: around("eval", (script: string, count: number, ...args: string[]) =>
      client.eval(script, count, ...args),
    ),
  };
  return new Proxy(client as unknown as RedisClient, {
    get: (target, name) => {
      if (typeof name === "string" && name in commands) return commands[name];
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

describe("races", () => {
  const opened: RedisCache[] = [];
  afterAll(async () => {
    for (const cache of opened) await cache.close();
  });
  const open = (cache: RedisCache): RedisCache => {
    opened.push(cache);
    return cache;
  };
  const common = { secret, commandTimeoutMs: 60_000, heartbeatMs: 60_000 };

  test("two processes on one Redis: no interleaving lets a stale answer through", async () => {
    await findStaleAnswer({
      processes: 2,
      runs: 100,
      makeCache: (point, _, run) =>
        open(
          new RedisCache({
            ...common,
            redis: scheduled(point),
            memory: false,
            namespace: `races-${process.pid}-${run}`,
          }),
        ),
    });
  });

  test("one process with its tier in memory: neither", async () => {
    await findStaleAnswer({
      runs: 100,
      makeCache: (point, _, run) =>
        open(
          new RedisCache({
            ...common,
            redis: scheduled(point),
            namespace: `tiered-${process.pid}-${run}`,
          }),
        ),
    });
  });

  test("the search finds what scripts without their version check let through", async () => {
    const unchecked = (script: string) =>
      script.replace("if version and version > tonumber(ARGV[1]) then return 0 end", "");
    const namespace = `unchecked-${process.pid}`;
    await expect(
      findStaleAnswer({
        runs: 2_000,
        seed: 1,
        processes: 2,
        makeCache: (point, _, run) => {
          const inner = scheduled(point);
          const redis = new Proxy(inner, {
            get: (target, name) =>
              name === "evalsha"
                ? async () => {
                    throw new Error("NOSCRIPT");
                  }
                : name === "eval"
                  ? (script: string, count: number, ...args: string[]) =>
                      target.eval(unchecked(script), count, ...args)
                  : Reflect.get(target, name, target),
          });
          return open(
            new RedisCache({ ...common, redis, memory: false, namespace: `${namespace}-${run}` }),
          );
        },
      }),
    ).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining("Stale") }),
    });
  });
});

describe("round trips", () => {
  /** Commands of one client, counted. */
  function counting() {
    const sent: string[] = [];
    const redis = new Proxy(client as unknown as RedisClient, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== "function") return value;
        return (...args: unknown[]) => {
          if (["get", "evalsha", "eval"].includes(String(name))) sent.push(String(name));
          return Reflect.apply(value, target, args);
        };
      },
    });
    return { redis, sent };
  }

  test("a hit in memory takes none, a hit in Redis exactly one GET", async () => {
    const repository = sharedRepository();
    const namespace = `trips-${randomUUID()}`;
    const [first, second] = [counting(), counting()];
    const one = await openService({ redis: first.redis, namespace }, repository);
    const other = await openService({ redis: second.redis, namespace }, repository);
    await one.cache.whenListening(5_000);
    await other.cache.whenListening(5_000);
    const { key } = await one.service.create({ name: "n" });
    await one.service.verifyKey(key);
    first.sent.length = 0;
    for (let index = 0; index < 20; index += 1) await one.service.verifyKey(key);
    expect(first.sent).toEqual([]);
    await other.service.verifyKey(key);
    expect(second.sent).toEqual(["get"]);
    expect(other.service.stats()).toMatchObject({
      hashesVerified: 0,
      repositoryReads: 0,
      cacheHits: 1,
    });
    await Promise.all(Array.from({ length: 1_000 }, () => other.service.verifyKey(key)));
    expect(second.sent).toEqual(["get"]);
    await one.close();
    await other.close();
  });

  test("1000 simultaneous cold verifications: one hash, one look-up, one GET", async () => {
    const { redis, sent } = counting();
    const { service, close, cache } = await openService({ redis, namespace: randomUUID() });
    await cache.whenListening(5_000);
    const { key } = await service.create({ name: "n" });
    await Promise.all(Array.from({ length: 1_000 }, () => service.verifyKey(key)));
    expect(service.stats()).toMatchObject({
      hashesVerified: 1,
      repositoryReads: 1,
      accepted: 1_000,
    });
    expect(sent.filter((command) => command === "get")).toEqual(["get"]);
    await close();
  });

  test("a wrong secret against a key in Redis costs no hash", async () => {
    const { service, close } = await openService({
      redis: client,
      namespace: randomUUID(),
      memory: false,
    });
    const example =
      "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN";
    await service.create({ name: "n", key: example });
    await service.verifyKey(example);
    for (const wrong of ["0", "1", "2"]) {
      expect(await service.safeVerifyKey(example.slice(0, -1) + wrong)).toEqual({
        ok: false,
        code: "invalid_key",
      });
    }
    expect(service.stats()).toMatchObject({ hashesVerified: 1, repositoryReads: 1 });
    await close();
  });
});

describe("a slot in Redis", () => {
  async function oneSlot() {
    const namespace = randomUUID();
    const cache = new RedisCache({ redis: client, namespace, secret, memory: false });
    const entry = exampleEntry();
    const { keyId } = entry.record;
    const key = `ak-${keyId}-s`;
    const { lease } = await cache.get(keyId, key, Date.now());
    await cache.put(key, entry, Date.now() + 60_000, lease);
    const slotKey = `${namespace}:slot:${keyId}`;
    const slot = (await client.get(slotKey)) ?? "";
    const find = async (id = keyId, nowMs = Date.now()) => (await cache.get(id, key, nowMs)).answer;
    expect(await find()).toEqual(entry);
    return { cache, namespace, entry, keyId, key, slotKey, slot, find };
  }

  test("is never accepted when it was altered or forged", async () => {
    const { cache, slotKey, slot, find, keyId } = await oneSlot();
    const start = slot.indexOf(":") + 1;
    for (let at = start; at < slot.length; at += 1) {
      const other = slot[at] === "A" ? "B" : "A";
      await client.set(slotKey, slot.slice(0, at) + other + slot.slice(at + 1));
      expect(await find(), `character ${at}`).toBeUndefined();
    }
    for (const forged of [
      "",
      ":",
      "E1",
      "E1:",
      "E1:{}",
      "T",
      "Tx",
      "T-1",
      "nonsense",
      slot.slice(start),
    ]) {
      await client.set(slotKey, forged);
      expect(await find(), forged).toBeUndefined();
    }
    await cache.invalidate(keyId, 1);
    await cache.close();
  });

  test("is never accepted at another key's place, or in another namespace", async () => {
    const { cache, slot, find, keyId, key, namespace } = await oneSlot();
    await client.set(`${namespace}:slot:0000000000000000`, slot);
    expect(await find("0000000000000000")).toBeUndefined();
    const elsewhere = new RedisCache({
      redis: client,
      namespace: `${namespace}2`,
      secret,
      memory: false,
    });
    await client.set(`${namespace}2:slot:${keyId}`, slot);
    expect((await elsewhere.get(keyId, key, Date.now())).answer).toBeUndefined();
    await elsewhere.close();
    await cache.close();
  });

  test("that is replayed is accepted at most until the expiry sealed in it", async () => {
    const { cache, slotKey, slot, find, keyId } = await oneSlot();
    await cache.invalidate(keyId, 2);
    expect(await find()).toBeUndefined();
    await client.set(slotKey, slot);
    expect(await find(keyId, Date.now() + 59_000)).toBeDefined();
    expect(await find(keyId, Date.now() + 60_001)).toBeUndefined();
    await cache.close();
  });

  test("is not written half a minute after its record was read", async () => {
    const cache = new RedisCache({ redis: client, namespace: randomUUID(), secret, memory: false });
    const entry = exampleEntry();
    const readAgo = async (ageMs: number) => {
      const { lease } = await cache.get(entry.record.keyId, "k", Date.now());
      const now = performance.now();
      const clock = vi.spyOn(performance, "now").mockImplementation(() => now + ageMs);
      try {
        return await cache.put("k", entry, Date.now() + 120_000, lease);
      } finally {
        clock.mockRestore();
      }
    };
    expect(await readAgo(30_001)).toBe(false);
    expect(await readAgo(29_000)).toBe(true);
    await cache.close();
  });

  test("always has an expiry", async () => {
    const { cache, slotKey, keyId } = await oneSlot();
    expect(await client.pttl(slotKey)).toBeGreaterThan(0);
    await cache.invalidate(keyId, 2);
    expect(await client.get(slotKey)).toBe("T2");
    expect(await client.pttl(slotKey)).toBeGreaterThan(300_000);
    await cache.close();
  });
});

test("what the last heartbeat proved holds for three of them, and no longer", async () => {
  const heartbeatMs = 60_000;
  const cache = new RedisCache({ redis: client, namespace: randomUUID(), secret, heartbeatMs });
  expect(await cache.whenListening(5_000)).toBe(true);
  const now = performance.now();
  const clock = vi.spyOn(performance, "now");
  try {
    clock.mockImplementation(() => now + 3 * heartbeatMs - 10_000);
    expect(cache.listening).toBe(true);
    clock.mockImplementation(() => now + 3 * heartbeatMs);
    expect(cache.listening).toBe(false);
  } finally {
    clock.mockRestore();
  }
  await cache.close();
});

test("a slot that was sealed under an earlier secret serves on", async () => {
  const namespace = randomUUID();
  const make = (secrets: readonly [string, ...string[]]) =>
    new RedisCache({ redis: client, namespace, secret: secrets, memory: false });
  const [before, after] = [make(["old"]), make(["new", "old"])];
  const entry = exampleEntry();
  const { keyId } = entry.record;
  const { lease } = await before.get(keyId, "k", Date.now());
  await before.put("k", entry, Date.now() + 60_000, lease);
  expect((await after.get(keyId, "k", Date.now())).answer).toEqual(entry);
  expect((await after.get(keyId, "other", Date.now())).answer).toBe(MISMATCH);
  await before.close();
  await after.close();
});

describe("the client", () => {
  test("of the user is never closed", async () => {
    const own = new Redis(url);
    const cache = new RedisCache({ redis: own, secret });
    await cache.whenListening(5_000);
    await cache.close();
    expect(await own.ping()).toBe("PONG");
    own.disconnect();
  });

  test("may be lazy, have a key prefix, and be connected later", async () => {
    const own = new Redis(url, { lazyConnect: true, keyPrefix: "prefixed:" });
    const cache = new RedisCache({ redis: own, secret, namespace: randomUUID() });
    const entry = exampleEntry();
    const { lease } = await cache.get(entry.record.keyId, "k", Date.now());
    expect(await cache.put("k", entry, Date.now() + 1_000, lease)).toBe(true);
    await cache.close();
    own.disconnect();
  });
});

test.each<[string, object]>([
  ["redis", { redis: 5 }],
  ["redis", { redis: undefined }],
  ["namespace", { namespace: "a b" }],
  ["memory", { memory: { ttlMs: 0 } }],
  ["commandTimeoutMs", { commandTimeoutMs: 0 }],
  ["breaker.failures", { breaker: { failures: 0 } }],
  ["ttl", { ttl: 1 }],
  ["pepper", { secret: "" }],
])("a wrong %s is refused by name", (name, options) => {
  const make = () => new RedisCache({ redis: client, secret, ...options });
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(name);
});
