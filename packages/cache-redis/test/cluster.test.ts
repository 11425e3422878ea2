import { setTimeout as sleep } from "node:timers/promises";
import { Cluster } from "ioredis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openService, sharedRepository } from "./fleet.js";
import { RedisInstance } from "./redis-instance.js";

const MASTERS = 3;

let nodes: RedisInstance[];

beforeAll(async () => {
  nodes = await Promise.all(
    Array.from({ length: MASTERS * 2 }, () =>
      RedisInstance.start([
        ...["--cluster-enabled", "yes", "--cluster-node-timeout", "1000"],
        ...["--cluster-announce-ip", "127.0.0.1", "--cluster-config-file", "nodes.conf"],
        ...["--repl-diskless-sync-delay", "0", "--cluster-replica-validity-factor", "0"],
      ]),
    ),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await nodes[0]?.cli(
    "--cluster",
    "create",
    ...addresses,
    "--cluster-replicas",
    "1",
    "--cluster-yes",
  );
  await vi.waitFor(
    async () => {
      const states = await Promise.all(nodes.map((node) => node.cli("cluster", "info")));
      expect(states.every((state) => state.includes("cluster_state:ok"))).toBe(true);
      const known = await nodes[0]?.cli("cluster", "nodes");
      expect(known?.match(/slave/g)).toHaveLength(MASTERS);
      // A replica that has never been in sync does not take over.
      const links = await Promise.all(nodes.map((node) => node.cli("info", "replication")));
      expect(links.join().match(/master_link_status:up/g)).toHaveLength(MASTERS);
    },
    { timeout: 60_000, interval: 200 },
  );
});
afterAll(async () => {
  await Promise.all((nodes ?? []).map((node) => node.kill()));
});

async function open(repository = sharedRepository()) {
  const cluster = new Cluster(
    nodes.map(({ port }) => ({ host: "127.0.0.1", port })),
    { clusterRetryStrategy: () => 100, slotsRefreshTimeout: 2_000 },
  );
  cluster.on("error", () => undefined);
  const opened = await openService(
    { redis: cluster, heartbeatMs: 200, breaker: { failures: 5, openMs: 200 } },
    repository,
  );
  await opened.cache.whenListening(20_000);
  return {
    ...opened,
    repository,
    async close() {
      await opened.close();
      cluster.disconnect();
    },
  };
}

/** The running node that is a master and serves slots. */
async function someMaster(): Promise<RedisInstance> {
  for (const node of nodes) {
    const [role, ...rest] = (await node.cli("role").catch(() => "")).split("\n");
    if (role === "master" && rest.join("").length > 1) return node;
  }
  throw new Error("There is no master left.");
}

test("on a cluster, with a master killed under load: right all the while, and whole afterwards", async () => {
  const one = await open();
  const other = await open(one.repository);
  const made = await Promise.all(
    Array.from({ length: 30 }, (_, index) => one.service.create({ name: `${index}` })),
  );
  for (const { key } of made) {
    await one.service.verifyKey(key);
    await other.service.verifyKey(key);
  }
  // Keys of all three masters were found through Redis: no process hashed what another had proven.
  expect(other.service.stats()).toMatchObject({ hashesVerified: 0, cacheHits: 30 });

  const revoked = made.slice(0, 10);
  const good = made.slice(10, 20);
  for (const { apiKey } of revoked) await one.service.deactivate(apiKey.id);
  // Over the cluster's bus a broadcast takes its time; from then on no revoked key is good again.
  for (const { key } of revoked) {
    await expect.poll(async () => (await other.service.safeVerifyKey(key)).ok).toBe(false);
  }

  const seen = { requests: 0, failed: 0, wronglyRefused: 0, wronglyAccepted: 0 };
  let isOver = false;
  const load = [one, other].map(async ({ service }) => {
    for (let index = 0; !isOver; index += 1) {
      seen.requests += 2;
      try {
        if (!(await service.safeVerifyKey(good[index % 10]?.key)).ok) seen.wronglyRefused += 1;
        if ((await service.safeVerifyKey(revoked[index % 10]?.key)).ok) seen.wronglyAccepted += 1;
      } catch {
        seen.failed += 1;
      }
      await sleep(1);
    }
  });
  await sleep(300);
  await (await someMaster()).kill();
  await sleep(300);
  // Changes go on while a third of the slots is nobody's.
  const during = made.slice(20, 30);
  for (const { apiKey, key } of during) {
    await one.service.deactivate(apiKey.id);
    expect((await one.service.safeVerifyKey(key)).ok).toBe(false);
  }
  for (const { apiKey } of during) {
    expect(await one.service.awaitInvalidation(apiKey.keyId, 30_000)).toBe(true);
  }
  for (const { key } of during) {
    await expect
      .poll(async () => (await other.service.safeVerifyKey(key)).ok, { timeout: 30_000 })
      .toBe(false);
  }
  expect(await one.cache.whenListening(30_000)).toBe(true);
  expect(await other.cache.whenListening(30_000)).toBe(true);
  isOver = true;
  await Promise.all(load);
  expect(seen).toMatchObject({ failed: 0, wronglyRefused: 0, wronglyAccepted: 0 });
  expect(seen.requests).toBeGreaterThan(200);
  expect(other.service.stats().hashesVerified).toBe(0);
  await one.close();
  await other.close();
});
