import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openService } from "./fleet.js";
import { freePort, RedisInstance } from "./redis-instance.js";

let master: RedisInstance;
let replica: RedisInstance;
let sentinel: RedisInstance;

beforeAll(async () => {
  master = await RedisInstance.start();
  replica = await RedisInstance.start(["--replicaof", "127.0.0.1", String(master.port)]);
  const port = await freePort();
  sentinel = await RedisInstance.start(
    [
      "--sentinel",
      `sentinel monitor fleet 127.0.0.1 ${master.port} 1`,
      "sentinel down-after-milliseconds fleet 500",
      "sentinel failover-timeout fleet 3000",
    ],
    port,
  );
  await vi.waitFor(
    async () =>
      expect(await sentinel.cli("sentinel", "replicas", "fleet")).toContain(String(replica.port)),
    { timeout: 30_000, interval: 200 },
  );
});
afterAll(async () => {
  for (const instance of [sentinel, replica, master]) await instance?.kill();
});

test("behind Sentinel: follows the failover, and what was revoked stays revoked", async () => {
  const { service, cache, close } = await openService({
    redis: { sentinels: [{ host: "127.0.0.1", port: sentinel.port }], name: "fleet" },
    heartbeatMs: 200,
  });
  expect(await cache.whenListening(20_000)).toBe(true);
  const kept = await service.create({ name: "kept" });
  const revoked = await service.create({ name: "revoked" });
  for (const { key } of [kept, revoked]) await service.verifyKey(key);
  await service.deactivate(revoked.apiKey.id);
  await master.kill();
  for (let index = 0; index < 20; index += 1) {
    expect((await service.safeVerifyKey(kept.key)).ok).toBe(true);
    expect((await service.safeVerifyKey(revoked.key)).ok).toBe(false);
  }
  await expect
    .poll(() => replica.cli("role"), { timeout: 30_000, interval: 200 })
    .toMatch(/^master/);
  expect(await cache.whenListening(30_000)).toBe(true);
  const { keyId } = revoked.apiKey;
  await expect
    .poll(() => replica.cli("get", `apikey:slot:${keyId}`), { timeout: 30_000, interval: 200 })
    .toMatch(/^T2/);
  expect((await service.safeVerifyKey(revoked.key)).ok).toBe(false);
  expect(service.stats().hashesVerified).toBe(2);
  await close();
});
