// `npm run bench`: installs, builds, runs every bench, and writes bench/RESULTS.md.
// `npm run bench -- cold` runs the benches whose file name matches, and writes nothing.
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { arch, cpus, platform, totalmem } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pnpm, root } from "./pnpm.mjs";
import { providePostgres } from "./servers/postgres.mjs";
import { provideRedis } from "./servers/redis.mjs";

const filters = process.argv.slice(2);
const folder = join(root, "bench/src");

for (const args of [
  ["install", "--frozen-lockfile"],
  ["run", "build"],
]) {
  if ((await pnpm(args, { isQuiet: true })) !== 0) process.exit(1);
}

const servers = [];
try {
  for (const provide of [provideRedis, providePostgres]) servers.push(await provide());
  const { REDIS_URL, POSTGRES_URL } = Object.assign({}, ...servers.map(({ env }) => env));
  const files = (await readdir(folder))
    .filter((name) => name.endsWith(".bench.mjs"))
    .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)))
    .sort();
  const parts = [];
  for (const file of files) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--expose-gc", join(folder, "one.mjs"), `./${file}`, REDIS_URL, POSTGRES_URL],
      { cwd: join(root, "bench"), maxBuffer: 1 << 24 },
    );
    console.log(stdout);
    parts.push(stdout);
  }
  if (filters.length === 0) {
    await writeFile(join(root, "bench/RESULTS.md"), [heading(), ...parts].join("\n"));
    console.log("Written to bench/RESULTS.md");
  }
} finally {
  await Promise.all(servers.map((server) => server.stop()));
}

function heading() {
  const [{ model } = { model: "unknown" }] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `# Results

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: Node ${process.versions.node}, ${platform()} ${arch()},
${cpus().length} cores (${model.trim()}), ${memory} GiB. Contenders of a table run in turns in one process;
ratios are to the first row, taken within each round.
`;
}
