// `npm test`: installs, builds, brings up servers, and passes everything.
// `npm test -- <vitest filters>` runs only the tests that match, after the same preparation.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endChildren, pnpm } from "./pnpm.mjs";
import { provideServers } from "./servers/index.mjs";
import { stopInstances } from "./servers/instance.mjs";

const filters = process.argv.slice(2);

/** Checks beside the tests, in the order they run. */
const GATES = [
  ["format and lint", ["exec", "biome", "ci", "."]],
  ["types", ["run", "typecheck"]],
  ["unused code", ["run", "check:unused"]],
  ["packages", ["run", "check:packages"]],
  ["bundle size", ["run", "check:size"]],
  ["API reference", ["run", "docs:api"]],
  ["licences", ["run", "check:licenses"]],
];

let servers;
let isStopping = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, async () => {
    if (isStopping) return;
    isStopping = true;
    await endChildren();
    await stopInstances();
    process.exit(1);
  });
}

try {
  await prepare();
  const results = filters.length === 0 ? await passGates() : [];
  const tests = await runTests();
  const failedGates = results.filter(({ passed }) => !passed);
  for (const { name, passed } of results) console.log(`${passed ? "✓" : "✗"} ${name}`);
  const passed = tests.passed + results.length - failedGates.length;
  const failed = tests.failed + failedGates.length;
  if (failed > 0 || tests.exitCode !== 0 || tests.skipped > 0) process.exitCode = 1;
  if (tests.skipped > 0) console.log("Skipped tests hide what is missing: none may be left.");
  console.log(
    `${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""}`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  if (!isStopping) await servers?.stop();
}

async function prepare() {
  await mustPass("Installing", ["install", "--frozen-lockfile"]);
  await mustPass("Building", ["run", "build"]);
  console.log("Bringing up servers");
  servers = await provideServers();
}

async function mustPass(step, args) {
  console.log(step);
  if ((await pnpm(args, { isQuiet: true, isEndable: true })) !== 0)
    throw new Error(`${step} failed.`);
}

async function passGates() {
  const results = [];
  for (const [name, args] of GATES) {
    console.log(`Checking ${name}`);
    results.push({ name, passed: (await pnpm(args, { isQuiet: true, isEndable: true })) === 0 });
  }
  return results;
}

/** Runs vitest; its own report counts, and a run without a readable report has failed. */
async function runTests() {
  const folder = await mkdtemp(join(tmpdir(), "apikey-report-"));
  const report = join(folder, "report.json");
  try {
    const exitCode = await pnpm(
      [
        "exec",
        "vitest",
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        // Of a part of the tests, coverage would tell nothing.
        ...(filters.length === 0 ? ["--coverage"] : filters),
      ],
      { isEndable: true, env: { NO_COLOR: "1", ...servers.env } },
    );
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } =
      JSON.parse(await readFile(report, "utf8"));
    const brokenFiles =
      numFailedTests === 0 && exitCode !== 0 ? Math.max(1, numFailedTestSuites) : 0;
    return {
      exitCode,
      passed: numPassedTests,
      failed: numFailedTests + brokenFiles,
      skipped: numPendingTests + (numTodoTests ?? 0),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
