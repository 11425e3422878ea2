import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** Root of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

const { packageManager } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
);

const quietly = {
  TURBO_TELEMETRY_DISABLED: "1",
  DO_NOT_TRACK: "1",
  TURBO_NO_UPDATE_NOTIFIER: "1",
  npm_config_update_notifier: "false",
};

/**
 * Runs pnpm, in the version that package.json names; npm fetches it. Its folder comes first on the PATH of
 * what it starts, so that turbo finds it too.
 *
 * @param {string[]} args
 * @param {{ isQuiet?: boolean, env?: Record<string, string>, isEndable?: boolean }} [options]
 * `isQuiet`: output only on failure. `isEndable`: signals do not reach it by themselves; {@link endChildren} does.
 * @returns {Promise<number>} the exit code
 */
export function pnpm(args, { isQuiet = false, env = {}, isEndable = false } = {}) {
  if (isEndable && isEnding) return Promise.reject(new Error("Stopped by a signal."));
  return new Promise((resolve, reject) => {
    const child = spawn("npx", ["-y", packageManager, ...args], {
      cwd: root,
      env: { ...process.env, ...quietly, ...env },
      stdio: isQuiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
      // A process group of its own: npx hands no signal on to what it runs.
      detached: isEndable && process.platform !== "win32",
    });
    if (isEndable) children.add(child);
    const output = [];
    child.stdout?.on("data", (chunk) => output.push(chunk));
    child.stderr?.on("data", (chunk) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      children.delete(child);
      const exitCode = code ?? (signal ? 1 : 0);
      if (isQuiet && exitCode !== 0) process.stderr.write(Buffer.concat(output));
      resolve(exitCode);
    });
  });
}

const children = new Set();
let isEnding = false;
const ENDS_WITHIN_MS = 10_000;

/** Ends what runs, with everything that it started, waits until all of it has ended, and lets nothing more start. */
export async function endChildren() {
  isEnding = true;
  await Promise.all([...children].map(({ pid }) => endGroup(pid)));
}

async function endGroup(pid) {
  const deadline = Date.now() + ENDS_WITHIN_MS;
  let signal = "SIGTERM";
  while (send(pid, signal)) {
    await sleep(50);
    signal = Date.now() < deadline ? 0 : "SIGKILL";
  }
}

/** Whether anybody is left in the group to get the signal. */
function send(pid, signal) {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}
