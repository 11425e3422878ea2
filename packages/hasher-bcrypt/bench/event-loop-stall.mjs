// Longest stall of the event loop while ten verifications at cost 12 are in flight:
// bcryptjs's own asynchronous function against the worker pool. Build first; run with `node`.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { BcryptHasher } from "@apikey/hasher-bcrypt";
import bcrypt from "bcryptjs";

const hasher = new BcryptHasher({ pepper: "bench" });
const secret = "x".repeat(49);
const pooled = await hasher.hash(secret);
const plain = await bcrypt.hash(secret, 12);

async function longestStallMs(verify) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await sleep(50);
  delay.reset();
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: 10 }, verify));
  const tookMs = performance.now() - startedAt;
  await sleep(20);
  delay.disable();
  return { longestStallMs: Math.round(delay.max / 1e5) / 10, tookMs: Math.round(tookMs) };
}

console.log("bcryptjs.compare", await longestStallMs(() => bcrypt.compare(secret, plain)));
console.log("BcryptHasher    ", await longestStallMs(() => hasher.verify(pooled, secret)));
await hasher.close();
