import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RedisClient } from "../src/index.js";
import { openService, sharedRepository } from "./fleet.js";
import { RedisInstance, required } from "./redis-instance.js";

const url = required("REDIS_URL");

/** Two processes, each on a client of its own: one's proof serves the other, and so does its revocation. */
async function expectFleet(connect: () => RedisClient): Promise<void> {
  const namespace = `clients-${randomUUID()}`;
  const repository = sharedRepository();
  const open = async () => {
    const redis = connect();
    // Longer than any waiting below: what ends an entry in memory is the broadcast.
    const memory = { ttlMs: 600_000 };
    const opened = await openService({ redis, namespace, memory }, repository);
    expect(await opened.cache.whenListening(10_000)).toBe(true);
    return { ...opened, redis };
  };
  const [one, other] = [await open(), await open()];
  const { key, apiKey } = await one.service.create({ name: "n" });
  await one.service.verifyKey(key);
  await other.service.verifyKey(key);
  await other.service.verifyKey(key);
  const expected = { hashesVerified: 0, repositoryReads: 0, cacheHits: 1, memoryHits: 1 };
  expect(other.service.stats()).toMatchObject({ ...expected, cacheFaults: 0 });
  await one.service.deactivate(apiKey.id);
  await expect
    .poll(() => other.service.safeVerifyKey(key), { timeout: 10_000, interval: 5 })
    .toEqual({ ok: false, code: "disabled_key" });
  expect(one.service.pendingInvalidations()).toEqual([]);
  for (const { close, redis } of [one, other]) {
    await close();
    expect(redis.status).toBe("ready");
    redis.disconnect();
  }
}

describe.each([
  ["6", (options: object) => new Redis(url, options)],
  ["5", (options: object) => new Redis5(url, options) as unknown as RedisClient],
] as const)("a client of ioredis %s", (_, connect) => {
  test.each<object>([
    { keyPrefix: "prefixed:" },
    { lazyConnect: true },
    { enableOfflineQueue: false },
    { enableReadyCheck: false },
    { maxRetriesPerRequest: null },
    { enableAutoPipelining: true },
    { db: 1 },
  ])("with %o carries proofs and revocations", (options) => expectFleet(() => connect(options)));
});

describe("a user of Redis who may do no more than the README says", () => {
  let redis: RedisInstance;
  beforeAll(async () => {
    redis = await RedisInstance.start();
    const commands = ["get", "set", "pexpire", "eval", "evalsha", "publish", "subscribe"];
    const rights = ["~clients-*", "&clients-*", ...commands.map((command) => `+${command}`)];
    await redis.cli(
      "acl",
      "setuser",
      "app",
      "on",
      ">pass",
      "resetkeys",
      "resetchannels",
      ...rights,
    );
  });
  afterAll(() => redis.kill());

  test("carries proofs and revocations", async () => {
    const options = { username: "app", password: "pass", enableReadyCheck: false };
    await expectFleet(() => {
      const client = new Redis(redis.port, "127.0.0.1", options);
      client.on("error", () => undefined);
      return client;
    });
  });
});

test("commands of one turn of the event loop share a write", async () => {
  const client = new Redis(url);
  const { service, cache, close } = await openService({
    redis: client,
    namespace: `clients-${randomUUID()}`,
    memory: false,
  });
  await cache.whenListening(10_000);
  const made = await Promise.all(
    Array.from({ length: 50 }, (_, index) => service.create({ name: `${index}` })),
  );
  for (const { key } of made) await service.verifyKey(key);
  let writes = 0;
  const { stream } = client;
  const { _write, _writev } = stream;
  Object.assign(stream, {
    _write: (...args: Parameters<typeof _write>) => {
      writes += 1;
      return _write.apply(stream, args);
    },
    _writev: (...args: Parameters<NonNullable<typeof _writev>>) => {
      writes += 1;
      return _writev?.apply(stream, args);
    },
  });
  await Promise.all(made.map(({ key }) => service.verifyKey(key)));
  expect(service.stats()).toMatchObject({ cacheHits: 50, repositoryReads: 50 });
  // The first goes at once, since nothing is on its way; a heartbeat may come in between.
  expect(writes).toBeLessThanOrEqual(4);
  await close();
  client.disconnect();
});
