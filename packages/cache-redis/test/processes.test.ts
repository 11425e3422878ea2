import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ApiKeyRepository } from "@apikey/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openService, sharedRepository } from "./fleet.js";
import { RedisInstance } from "./redis-instance.js";

const PROCESSES = 3;
const REVOCATIONS = 40;

interface Report {
  readonly verifications: number;
  readonly acceptedAfterHearing: number;
  readonly hashesVerified: number;
  readonly lastAcceptedAt: Readonly<Record<string, bigint>>;
  readonly firstRefusedAt: Readonly<Record<string, bigint>>;
}

let redis: RedisInstance;
beforeAll(async () => {
  redis = await RedisInstance.start();
});
afterAll(() => redis.kill());

/** Starts a process that runs the built packages, and answers its calls of the repository. */
async function startProcess(repository: ApiKeyRepository): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL("./process.mjs", import.meta.url)), {
    env: { ...process.env, REDIS_URL: redis.url },
    serialization: "advanced",
    execArgv: [],
  });
  child.on("message", (message: { type: string; id: number; method: string; args: unknown[] }) => {
    if (message.type !== "call") return;
    const method = repository[message.method as "findByKeyId"] as (
      ...args: unknown[]
    ) => Promise<unknown>;
    method.apply(repository, message.args).then(
      (value) => child.send({ type: "reply", id: message.id, value }),
      (error: unknown) => child.send({ type: "reply", id: message.id, error: String(error) }),
    );
  });
  await next(child, "ready");
  return child;
}

async function next<Message>(child: ChildProcess, type: string): Promise<Message> {
  for (;;) {
    const [message] = (await once(child, "message")) as [{ type: string }];
    if (message.type === type) return message as Message;
  }
}

test("a key revoked in one process is refused in all others once they have heard of it", async () => {
  const repository = sharedRepository();
  const admin = await openService({ redis: redis.url }, repository);
  const made = await Promise.all(
    Array.from({ length: REVOCATIONS }, (_, index) => admin.service.create({ name: `${index}` })),
  );
  const keys = made.map(({ apiKey, key }) => ({ keyId: apiKey.keyId, key }));
  // Proven once, in one process: the others find the proof in Redis.
  for (const { key } of keys) await admin.service.verifyKey(key);

  const children = await Promise.all(
    Array.from({ length: PROCESSES }, () => startProcess(repository)),
  );
  await Promise.all(
    children.map((child) => {
      const started = next(child, "started");
      child.send({ type: "start", keys });
      return started;
    }),
  );

  const acknowledgedAt = new Map<string, bigint>();
  for (const { apiKey } of made) {
    await admin.service.deactivate(apiKey.id);
    acknowledgedAt.set(apiKey.keyId, process.hrtime.bigint());
    await sleep(10);
  }
  await sleep(500);

  const reports = await Promise.all(
    children.map((child) => {
      const report = next<Report>(child, "report");
      child.send({ type: "stop" });
      return report;
    }),
  );
  const delaysMs: number[] = [];
  for (const report of reports) {
    expect(report.acceptedAfterHearing).toBe(0);
    expect(report.hashesVerified).toBe(0);
    expect(report.verifications).toBeGreaterThan(1_000);
    for (const [keyId, acknowledged] of acknowledgedAt) {
      const accepted = report.lastAcceptedAt[keyId];
      const refused = report.firstRefusedAt[keyId];
      expect(refused).toBeDefined();
      expect(accepted !== undefined && refused !== undefined && accepted < refused).toBe(true);
      delaysMs.push(Math.max(0, Number((accepted ?? 0n) - acknowledged) / 1e6));
    }
  }
  delaysMs.sort((one, other) => one - other);
  const quantile = (share: number) =>
    delaysMs[Math.floor((delaysMs.length - 1) * share)]?.toFixed(2);
  console.log(
    `Last acceptance after the acknowledgement, ${PROCESSES} processes × ${REVOCATIONS} revocations:`,
    `p50 ${quantile(0.5)} ms, p90 ${quantile(0.9)} ms, p99 ${quantile(0.99)} ms, max ${quantile(1)} ms`,
  );
  await admin.close();
});
