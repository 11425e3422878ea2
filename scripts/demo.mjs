// `npm run demo`: installs, builds and runs the demo. Arguments after `--` go to it.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pnpm, root } from "./pnpm.mjs";

for (const [step, args] of [
  ["Installing", ["install", "--frozen-lockfile"]],
  ["Building", ["exec", "turbo", "run", "build", "--filter=@apikey/demo"]],
]) {
  console.log(`${step} …`);
  if ((await pnpm(args, { isQuiet: true })) !== 0) {
    console.error(`${step} failed.`);
    process.exit(1);
  }
}

const demo = spawn(
  process.execPath,
  [join(root, "apps/demo/dist/index.js"), ...process.argv.slice(2)],
  { stdio: "inherit" },
);
// The demo decides when to end; a signal that only reached this process is passed on.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => demo.kill(signal));
demo.on("close", (code) => process.exit(code ?? 1));
