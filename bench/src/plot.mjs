// Draws bench/plots/*.svg from bench/results.json.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { eventLoopDelay } from "./plots/event-loop-delay.mjs";
import { throughput } from "./plots/throughput.mjs";
import { underAttack } from "./plots/under-attack.mjs";
import { verificationCost } from "./plots/verification-cost.mjs";

const PLOTS = {
  "verification-cost": verificationCost,
  throughput,
  "under-attack": underAttack,
  "event-loop-delay": eventLoopDelay,
};

const bench = new URL("../", import.meta.url);
const { benches } = JSON.parse(await readFile(new URL("results.json", bench), "utf8"));
const data = Object.fromEntries(benches.map(({ name, data }) => [name, data]));
await mkdir(new URL("plots/", bench), { recursive: true });
for (const [name, draw] of Object.entries(PLOTS)) {
  await writeFile(new URL(`plots/${name}.svg`, bench), draw(data));
}
