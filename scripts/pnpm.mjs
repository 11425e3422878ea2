import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
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
 * @param {{ isQuiet?: boolean, env?: Record<string, string> }} [options] `isQuiet`: output only on failure.
 * @returns {Promise<number>} the exit code
 */
export function pnpm(args, { isQuiet = false, env = {} } = {}) {
  return run("npx", ["-y", packageManager, ...args], { isQuiet, env });
}

const children = new Set();

/** Ends what {@link pnpm} started, and waits until it has ended. */
export async function endChildren() {
  await Promise.all(
    [...children].map(
      (child) =>
        new Promise((resolve) => {
          child.once("close", resolve);
          child.kill("SIGTERM");
        }),
    ),
  );
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ isQuiet?: boolean, env?: Record<string, string> }} options
 * @returns {Promise<number>}
 */
export function run(command, args, { isQuiet = false, env = {} }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...quietly, ...env },
      stdio: isQuiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
      shell: process.platform === "win32",
    });
    children.add(child);
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
