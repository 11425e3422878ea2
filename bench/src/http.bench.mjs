// Requests per second of an Express route: unprotected, protected, and protected by peers.
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";

const CONNECTIONS = 50;
/** Short, so that both of a pair meet the same moment of a machine that does other things too. */
const SECONDS = 2;
const ROUNDS = 16;
/** Rounds of the peers, whose distance needs no fine measure. */
const PEER_ROUNDS = 4;
const LEAST_RATIO = 0.93;

export const title = "An Express route";

export async function run() {
  const contenders = await Promise.all([
    open("unprotected", ROUNDS, "unprotected", "nothing"),
    open(
      "apikey",
      ROUNDS,
      "`apiKeyAuth(service, { scopes })`, warm key",
      "one SHA-256 of the key, one look-up in memory; last-used noted",
    ),
    open(
      "better-auth",
      PEER_ROUNDS,
      `better-auth ${version("better-auth")}, API-key plugin ${version("@better-auth/api-key")}`,
      "one SHA-256, reads and writes its secondary storage (a Map); limiter off",
    ),
    open(
      "passport",
      PEER_ROUNDS,
      `passport-headerapikey ${version("passport-headerapikey")} and Argon2id`,
      "one Argon2id (19 MiB, t=2, p=1) of a record in a Map",
    ),
  ]);
  try {
    for (const one of contenders) await one.round();
    for (let round = 0; round < ROUNDS; round += 1) {
      const turn = contenders.filter(({ rounds }) => round < rounds);
      // Who goes first changes: what the machine does meanwhile happens to all of them.
      if (round % 2 === 1) turn.reverse();
      for (const one of turn) one.results[round] = await one.round();
    }
  } finally {
    for (const one of contenders) one.close();
  }
  const [base, ours] = contenders;
  const rows = contenders.map((one) => {
    const ratios = one.results.map(({ rate }, round) => rate / base.results[round].rate);
    return `| ${one.name} | ${spread(ratios, 2)} | ${spread(one.results.map(({ rate }) => rate))} | ${spread(one.results.map(({ cpu }) => cpu))} | ${one.work} |`;
  });
  const value = percentile(
    ours.results.map(({ rate }, round) => rate / base.results[round].rate),
    50,
  );
  return `Express ${version("express")}, one server process for each contender, ${CONNECTIONS} connections by autocannon ${version("autocannon")} from
another process, ${ROUNDS} rounds of ${SECONDS} s in turns (${PEER_ROUNDS} for the peers), the same request headers for all.

| | requests/s, ratio, median (p10–p90) | requests/s | processor time of the server, µs/request | what each request does besides |
|---|---|---|---|---|
${rows.join("\n")}

- ${value >= LEAST_RATIO ? "met" : "**missed**"}: requests/s of the protected route, of the unprotected one ≥ ${LEAST_RATIO}: ${value.toFixed(2)}`;
}

async function open(contender, rounds, name, work) {
  const child = fork(fileURLToPath(new URL("./http-server.mjs", import.meta.url)), [contender], {
    env: { ...process.env, NODE_ENV: "production", API_KEY_PEPPER: "bench" },
  });
  const [{ url, key }] = await once(child, "message");
  const cpu = async () => {
    child.send("cpu");
    const [{ cpuMicroseconds }] = await once(child, "message");
    return cpuMicroseconds;
  };
  return {
    name,
    work,
    rounds,
    results: [],
    async round() {
      const before = await cpu();
      const { requests, duration, non2xx, errors } = await autocannon({
        url,
        connections: CONNECTIONS,
        duration: SECONDS,
        headers: { authorization: `Bearer ${key}` },
      });
      if (non2xx + errors > 0) throw new Error(`${contender} did not answer every request.`);
      return {
        rate: requests.total / duration,
        cpu: ((await cpu()) - before) / Math.max(1, requests.total),
      };
    },
    close: () => child.disconnect(),
  };
}

function version(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

function spread(values, digits = 0) {
  const [low, median, high] = [10, 50, 90].map((percent) =>
    percentile(values, percent).toFixed(digits),
  );
  return `${median} (${low}–${high})`;
}

function percentile(values, percent) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))];
}
