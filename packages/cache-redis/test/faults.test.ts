import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openService, sharedRepository } from "./fleet.js";
import { RedisInstance } from "./redis-instance.js";
import { TcpProxy } from "./tcp-proxy.js";

const KEYS = 20;

let redis: RedisInstance;
let proxy: TcpProxy;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  redis = await RedisInstance.start();
  proxy = await TcpProxy.start(redis.port);
});
afterEach(async () => {
  redis.resume();
  for (const close of closing.splice(0)) await close();
  await proxy.close();
  await redis.kill();
});

const fast = { heartbeatMs: 100, breaker: { failures: 3, openMs: 200 } };

async function open(port: number, repository = sharedRepository(), options = {}) {
  const opened = await openService(
    { redis: `redis://127.0.0.1:${port}`, namespace: "faults", ...fast, ...options },
    repository,
  );
  closing.push(opened.close);
  await opened.cache.whenListening(10_000);
  return { ...opened, repository };
}

/** Good keys and revoked ones, all proven before, verified without a pause until it is stopped. */
async function startLoad({ service }: Awaited<ReturnType<typeof open>>) {
  const good = await Promise.all(
    Array.from({ length: KEYS }, (_, index) => service.create({ name: `${index}` })),
  );
  const revoked = await Promise.all(
    Array.from({ length: 5 }, (_, index) => service.create({ name: `revoked ${index}` })),
  );
  for (const { key } of [...good, ...revoked]) await service.verifyKey(key);
  for (const { apiKey } of revoked) await service.deactivate(apiKey.id);
  const hashesBefore = service.stats().hashesVerified;
  const seen = { requests: 0, failed: 0, wronglyAccepted: 0, wronglyRefused: 0 };
  let isOver = false;
  const worker = async (offset: number): Promise<void> => {
    for (let index = offset; !isOver; index += 1) {
      seen.requests += 1;
      try {
        const goodKey = good[index % good.length]?.key;
        if (!(await service.safeVerifyKey(goodKey)).ok) seen.wronglyRefused += 1;
        if (index % 7 === 0) {
          const revokedKey = revoked[index % revoked.length]?.key;
          if ((await service.safeVerifyKey(revokedKey)).ok) seen.wronglyAccepted += 1;
        }
      } catch {
        seen.failed += 1;
      }
      await sleep(1);
    }
  };
  const workers = Array.from({ length: 8 }, (_, index) => worker(index * 3));
  return {
    good,
    revoked,
    async stop() {
      isOver = true;
      await Promise.all(workers);
      expect(seen).toMatchObject({ failed: 0, wronglyAccepted: 0, wronglyRefused: 0 });
      expect(seen.requests).toBeGreaterThan(50);
      // Every key had been proven in this process: no hash was computed again.
      expect(service.stats().hashesVerified).toBe(hashesBefore);
    },
  };
}

/** Healthy again: memory is on, and a key that was read afresh is answered from memory. */
async function expectRecovery({ service, cache }: Awaited<ReturnType<typeof open>>) {
  expect(await cache.whenListening(20_000)).toBe(true);
  await expect
    .poll(
      async () => {
        const { key } = await service.create({ name: "after" });
        await service.verifyKey(key);
        const before = service.stats();
        await service.verifyKey(key);
        const after = service.stats();
        return after.memoryHits - before.memoryHits;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(1);
}

const faults: [string, () => Promise<void>, () => Promise<void>][] = [
  ["killed and restarted empty", () => redis.kill(), () => redis.start()],
  ["hung", async () => redis.hang(), async () => redis.resume()],
  ["behind a half-open connection", async () => proxy.silence(), async () => proxy.mend()],
  ["unreachable", async () => proxy.cut(), async () => proxy.mend()],
  [
    "slow by 500 ms",
    async () => {
      proxy.delayMs = 500;
    },
    async () => proxy.mend(),
  ],
];

describe("under load, with Redis", () => {
  test.each(faults)(
    "%s: no request fails, none is wrongly answered, nothing is hashed again, and all recovers",
    async (_, breakIt, mendIt) => {
      const process = await open(proxy.port);
      const load = await startLoad(process);
      await sleep(100);
      await breakIt();
      await sleep(1_500);
      await mendIt();
      expect(await process.cache.whenListening(20_000)).toBe(true);
      await sleep(500);
      await load.stop();
      await expectRecovery(process);
    },
  );

  test.each(faults)(
    "%s: a change is committed, holds at once here, and reaches Redis later",
    async (_, breakIt, mendIt) => {
      const process = await open(proxy.port);
      // On its own way to Redis: sees the fleet as others do.
      const other = await open(redis.port, process.repository, { memory: false });
      const { service } = process;
      const { key, apiKey } = await service.create({ name: "n" });
      await service.verifyKey(key);
      await other.service.verifyKey(key);
      await breakIt();
      await service.deactivate(apiKey.id);
      expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
      expect(service.pendingInvalidations()).toMatchObject([{ keyId: apiKey.keyId, version: 2 }]);
      expect(await service.awaitInvalidation(apiKey.keyId, 50)).toBe(false);
      await mendIt();
      expect(await service.awaitInvalidation(apiKey.keyId, 20_000)).toBe(true);
      expect(service.pendingInvalidations()).toEqual([]);
      await expect
        .poll(() => other.service.safeVerifyKey(key), { timeout: 10_000 })
        .toEqual({ ok: false, code: "disabled_key" });
    },
  );
});

describe("a Redis that was restarted empty", () => {
  test("is told again of what was invalidated before, so that no late entry stands", async () => {
    const { service } = await open(redis.port);
    const { key, apiKey } = await service.create({ name: "n" });
    await service.verifyKey(key);
    await service.deactivate(apiKey.id);
    await redis.kill();
    await redis.start();
    const client = new Redis(redis.url);
    closing.push(async () => client.disconnect());
    await expect
      .poll(() => client.get(`faults:slot:${apiKey.keyId}`), { timeout: 20_000 })
      .toBe("T2");
  });
});

describe("an entry whose look-up began before the connection broke", () => {
  test("is not put: what would have refused it may be lost", async () => {
    const { cache, service } = await open(proxy.port, sharedRepository(), { memory: false });
    const { key, apiKey } = await service.create({ name: "n" });
    const put = async (lease: unknown) =>
      cache.put(key, { record: apiKey, proof: "proof" }, Date.now() + 5_000, lease);
    const { lease } = await cache.get(apiKey.keyId, key, Date.now());
    proxy.cut();
    proxy.mend();
    const fresh = async () => (await cache.get(apiKey.keyId, key, Date.now())).lease;
    const tried = () =>
      fresh()
        .then(put)
        .catch(() => false);
    await expect.poll(tried, { timeout: 20_000 }).toBe(true);
    expect(await put(lease)).toBe(false);
  });
});

describe("a Redis that answers reads and refuses writes", () => {
  test("is not believed about a key whose invalidation it did not take", async () => {
    const { service } = await open(redis.port, sharedRepository(), { memory: false });
    const { key, apiKey } = await service.create({ name: "n" });
    await service.verifyKey(key);
    await redis.cli("config", "set", "maxmemory", "1");
    await service.deactivate(apiKey.id);
    expect(await redis.cli("get", `faults:slot:${apiKey.keyId}`)).toMatch(/^E1:/);
    expect(service.pendingInvalidations()).toMatchObject([{ keyId: apiKey.keyId }]);
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
    await redis.cli("config", "set", "maxmemory", "0");
    expect(await service.awaitInvalidation(apiKey.keyId, 20_000)).toBe(true);
  });
});

describe("a replica that took over without the latest invalidations", () => {
  test("is told of them again as soon as the process that made them is connected", async () => {
    const admin = await open(proxy.port);
    const other = await open(redis.port, admin.repository, { memory: false });
    const { key, apiKey } = await admin.service.create({ name: "n" });
    await admin.service.verifyKey(key);
    const client = new Redis(redis.url);
    closing.push(async () => client.disconnect());
    const slotKey = `faults:slot:${apiKey.keyId}`;
    const old = (await client.get(slotKey)) ?? "";
    expect(old).toMatch(/^E1:/);
    await admin.service.deactivate(apiKey.id);
    expect((await other.service.safeVerifyKey(key)).ok).toBe(false);
    // What a failover does that loses the last writes: the admin's connection ends, the old slot is back.
    proxy.cut();
    await client.set(slotKey, old, "PX", 60_000);
    expect((await other.service.safeVerifyKey(key)).ok).toBe(true);
    proxy.mend();
    await expect
      .poll(() => other.service.safeVerifyKey(key), { timeout: 20_000, interval: 20 })
      .toEqual({ ok: false, code: "disabled_key" });
    expect(await client.get(slotKey)).toMatch(/^(T2$|E2:)/);
  });
});

describe("an evicted tombstone", () => {
  test("does not outlast the TTL of the late entry that it would have refused", async () => {
    const { cache, service } = await open(redis.port, sharedRepository(), { memory: false });
    const { key, apiKey } = await service.create({ name: "n" });
    const { keyId } = apiKey;
    const entry = { record: apiKey, proof: "proof" };
    const { lease } = await cache.get(keyId, key, Date.now());
    await cache.invalidate(keyId, 2);
    const client = new Redis(redis.url);
    closing.push(async () => client.disconnect());
    await client.del(`faults:slot:${keyId}`);
    const expiresAtMs = Date.now() + 5_000;
    await cache.put(key, entry, expiresAtMs, lease);
    expect((await cache.get(keyId, key, expiresAtMs)).answer).toBeUndefined();
    expect(await client.pttl(`faults:slot:${keyId}`)).toBeLessThanOrEqual(5_000);
  });
});

describe("a broadcast that does not arrive", () => {
  test("lets a revoked key live on for three heartbeats at most, though the data connection is fine", async () => {
    const heartbeatMs = 100;
    const repository = sharedRepository();
    const data = new Redis(redis.url);
    // Data goes straight, the subscription through the proxy.
    const listening = Object.assign(data, {
      duplicate: (options: object) => new Redis(proxy.port, "127.0.0.1", options),
    });
    const victim = await openService(
      { redis: listening, namespace: "faults", heartbeatMs, memory: { ttlMs: 60_000 } },
      repository,
    );
    closing.push(victim.close, async () => data.disconnect());
    await victim.cache.whenListening(10_000);
    const admin = await open(redis.port, repository);
    const { key, apiKey } = await admin.service.create({ name: "n" });
    await victim.service.verifyKey(key);
    await victim.service.verifyKey(key);
    expect(victim.service.stats().memoryHits).toBe(1);
    proxy.silence();
    await admin.service.deactivate(apiKey.id);
    const revokedAt = performance.now();
    // The bound, and not when: checked after it, and after it only.
    await sleep(heartbeatMs * 3 + 1);
    expect(performance.now() - revokedAt).toBeGreaterThanOrEqual(heartbeatMs * 3);
    expect(await victim.service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
    proxy.mend();
    expect(await victim.cache.whenListening(20_000)).toBe(true);
    expect(await victim.service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
  });
});

describe("the circuit breaker", () => {
  test("opens, is told of, and keeps requests from waiting for a hung Redis", async () => {
    const messages: unknown[] = [];
    const hear = (message: unknown): void => {
      messages.push(message);
    };
    subscribe("apikey:breaker", hear);
    closing.push(async () => {
      unsubscribe("apikey:breaker", hear);
    });
    const namespace = randomUUID();
    const process = await open(redis.port, sharedRepository(), { namespace });
    const { key } = await process.service.create({ name: "n" });
    redis.hang();
    for (let index = 0; index < 30; index += 1) {
      expect((await process.service.safeVerifyKey(key)).ok).toBe(true);
    }
    expect(messages).toContainEqual({ state: "open", namespace });
    redis.resume();
    await expectRecovery(process);
    expect(messages.at(-1)).toEqual({ state: "closed", namespace });
  });
});
