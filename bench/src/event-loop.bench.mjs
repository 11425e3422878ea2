// How late the event loop is while hashes are computed.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { BcryptHasher } from "@apikey/hasher-bcrypt";
import bcrypt from "bcryptjs";
import { duration, markdown } from "./report.mjs";
import { spread } from "./spread.mjs";
import { named } from "./versions.mjs";

/** Hashes under way at a time: what the service allows on two processors, its default. */
const AT_A_TIME = 2;
const FOR_MS = 2_000;
const ROUNDS = 5;
const COST = 12;
const SECRET = "s".repeat(49);

export const title = "Event-loop delay while hashes run";

export async function run() {
  const argon2 = new Argon2Hasher({ pepper: "bench" });
  const pooled = new BcryptHasher({ pepper: "bench", cost: COST });
  const [ofArgon2, ofPool, ofLoop] = [
    await argon2.hash(SECRET),
    await pooled.hash(SECRET),
    await bcrypt.hash(SECRET, COST),
  ];
  const contenders = [
    { name: "idle", rounds: [] },
    { name: "`Argon2Hasher` (libuv's threads)", verify: () => argon2.verify(ofArgon2, SECRET) },
    { name: "`BcryptHasher` (worker threads)", verify: () => pooled.verify(ofPool, SECRET) },
    { name: `${named("bcryptjs")} \`compare\``, verify: () => bcrypt.compare(SECRET, ofLoop) },
  ].map((one) => ({ ...one, rounds: [] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of contenders) one.rounds.push(await observe(one.verify));
  }
  await pooled.close();
  const rows = contenders.map(({ name, rounds }) => ({
    name,
    ...Object.fromEntries(
      Object.keys(rounds[0]).map((key) => [key, spread(rounds.map((one) => one[key]))]),
    ),
  }));
  return { text: text(rows), data: { rows } };
}

async function observe(verify) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const start = performance.now();
  let hashes = 0;
  const work = async () => {
    while (performance.now() - start < FOR_MS) {
      if (verify === undefined) await sleep(FOR_MS);
      else if (await verify()) hashes += 1;
      else throw new Error("no match");
    }
  };
  delay.enable();
  const working = Promise.all(Array.from({ length: AT_A_TIME }, work));
  // Starting up is not what is measured.
  await sleep(200);
  delay.reset();
  await working;
  delay.disable();
  return {
    p50Ns: delay.percentile(50),
    p99Ns: delay.percentile(99),
    maxNs: delay.max,
    hashesPerSecond: (hashes / (performance.now() - start)) * 1_000,
  };
}

function text(rows) {
  return `${AT_A_TIME} verifications are under way at any time: Argon2id with 19 MiB and 2
iterations, bcrypt of cost ${COST}. Node samples with a timer of 1 ms, so about 1 ms is no delay at all. Medians of ${ROUNDS} rounds of
${FOR_MS / 1_000} s.

${markdown(
  ["", "p50", "p99", "max", "hashes/s"],
  rows.map((row) => [
    row.name,
    duration(row.p50Ns.median),
    duration(row.p99Ns.median),
    duration(row.maxNs.median),
    row.hashesPerSecond.median.toFixed(0),
  ]),
)}`;
}
