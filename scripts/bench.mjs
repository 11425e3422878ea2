// `npm run bench`: installs, builds, runs every bench, and writes bench/results.json; from it bench/RESULTS.md and
// bench/plots. `npm run bench -- cold` runs the benches whose file name matches, and writes nothing.
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pnpm, root } from "./pnpm.mjs";
import { providePostgres } from "./servers/postgres.mjs";
import { provideRedis } from "./servers/redis.mjs";

const filters = process.argv.slice(2);
const bench = join(root, "bench");
const folder = join(bench, "src");
const SUFFIX = ".bench.mjs";

for (const args of [
  ["install", "--frozen-lockfile"],
  ["run", "build"],
]) {
  if ((await pnpm(args, { isQuiet: true })) !== 0) process.exit(1);
}

const servers = [];
try {
  for (const provide of [provideRedis, providePostgres]) servers.push(await provide());
  const env = Object.assign({}, ...servers.map((server) => server.env));
  const files = (await readdir(folder))
    .filter((name) => name.endsWith(SUFFIX))
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .sort();
  const benches = [];
  for (const file of files) {
    const name = file.slice(0, -SUFFIX.length);
    try {
      const stdout = await node(["--expose-gc", join(folder, "one.mjs"), `./${file}`], env);
      const part = { name, ...JSON.parse(stdout) };
      console.log(section(part));
      benches.push(part);
    } catch (error) {
      // The others are worth hearing, but results without one of them are not worth keeping.
      console.error(`${name} failed:`, error.stderr ?? error);
      process.exitCode = 1;
    }
  }
  if (filters.length === 0 && process.exitCode === undefined) {
    const results = { machine: machine(), benches };
    await writeFile(join(bench, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
    await writeFile(join(bench, "RESULTS.md"), report(results));
    await node([join(folder, "plot.mjs")]);
    await pnpm(["exec", "biome", "format", "--write", "bench/RESULTS.md"], { isQuiet: true });
    console.log("Written to bench/results.json, bench/RESULTS.md and bench/plots");
  }
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}

/** Runs Node, and resolves to what it printed. */
async function node(args, env = {}) {
  const options = { cwd: bench, env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
  return (await promisify(execFile)(process.execPath, args, options)).stdout;
}

function machine() {
  const [{ model } = { model: "unknown" }] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    system: `${platform()} ${arch()}`,
    cores: cpus().length,
    processor: model.trim(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}

function report({ machine, benches }) {
  const { date, node, system, cores, processor, memoryGiB } = machine;
  return `# Results

Written by \`npm run bench\` on ${date}: Node ${node}, ${system},
${cores} cores (${processor}), ${memoryGiB} GiB. Contenders of a table run in turns in one process, unless it says
otherwise; ratios are to the first row, taken within each round. How to read them: [README](README.md).

${benches.map(section).join("\n")}`;
}

function section({ title, text }) {
  return `## ${title}\n\n${text}\n`;
}
