// Verifications a second, against the number of cached keys and of processes.
import { startChild } from "./child.mjs";
import { markdown } from "./report.mjs";
import { spread } from "./spread.mjs";

const CACHED_KEYS = [1, 100, 10_000, 100_000, 1_000_000];
const PROCESSES = [1, 2, 4];
const KEYS_OF_A_PROCESS = 1_000;
const ROUNDS = 7;
const WARM_UP = 2;
const FOR_MS = 500;

export const title = "Throughput: cached keys and processes";

export async function run({ redisUrl }) {
  const byKeys = [];
  // One size at a time: a heap with a million keys would slow the others down.
  for (const keys of CACHED_KEYS) {
    byKeys.push({ keys, ...spread(await rates([{ keys }])) });
  }
  const byProcesses = [];
  for (const processes of PROCESSES) {
    const namespace = `bench-${process.pid}-${processes}`;
    const one = { keys: KEYS_OF_A_PROCESS, redisUrl, namespace };
    byProcesses.push({ processes, ...spread(await rates(Array(processes).fill(one))) });
  }
  return { text: text({ byKeys, byProcesses }), data: { byKeys, byProcesses } };
}

/** Verifications a second, all processes together, once for each round. */
async function rates(settings) {
  const children = [];
  try {
    for (const one of settings) children.push(await startChild("./verify-loop.mjs", one));
    const totals = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const answers = await Promise.all(children.map((child) => child.ask({ forMs: FOR_MS })));
      if (round >= 0) totals.push(answers.reduce((sum, { perSecond }) => sum + perSecond, 0));
    }
    return totals;
  } finally {
    await Promise.all(children.map((child) => child.stop()));
  }
}

function text({ byKeys, byProcesses }) {
  const cells = ({ median, low, high }, first) => [
    (median / first.median).toFixed(2),
    `${rate(median)} (${rate(low)}–${rate(high)})`,
  ];
  const head = ["ratio", "verifications a second, median (p10–p90)"];
  return `Hits in process, each awaited, in a process of their own; keys in random order (of a million,
100,000 that were picked at random). Ratios are to the first row.

${markdown(
  ["cached keys", ...head],
  byKeys.map((one) => [one.keys.toLocaleString("en"), ...cells(one, byKeys[0])]),
)}

Processes on one Redis, each with ${KEYS_OF_A_PROCESS.toLocaleString("en")} keys in its own memory and subscribed to revocations; the sum of all:

${markdown(
  ["processes", ...head],
  byProcesses.map((one) => [String(one.processes), ...cells(one, byProcesses[0])]),
)}`;
}

function rate(perSecond) {
  return Math.round(perSecond / 1_000) > 0
    ? `${Math.round(perSecond / 1_000).toLocaleString("en")} k`
    : Math.round(perSecond).toLocaleString("en");
}
