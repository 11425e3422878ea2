import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const STARTS_WITHIN_MS = 60_000;
const ENDS_WITHIN_MS = 10_000;

/** How to stop each server that was started, also while it is not up yet. */
const stops = new Set();
const folders = new Set();
let isStopping = false;

/** Stops all servers that this process started, whatever state they are in, and lets none start any more. */
export async function stopInstances() {
  isStopping = true;
  await Promise.all([...stops].map((stop) => stop()));
  await Promise.all([...folders].map(removeFolder));
}

/** A port on 127.0.0.1 that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A new folder for the data of one server. */
export async function dataFolder(name) {
  const folder = await mkdtemp(join(tmpdir(), `apikey-${name}-`));
  folders.add(folder);
  if (isStopping) await removeFolder(folder);
  // Servers that refuse to run as root enter it as another user.
  await chmod(folder, 0o755);
  return folder;
}

/** Also while a program that fills it (`initdb`) has not ended yet. */
async function removeFolder(folder) {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  folders.delete(folder);
}

/**
 * Starts a server and waits until its port answers.
 * @returns {Promise<{ stop(): Promise<void> }>}
 */
export async function startInstance({
  name,
  command,
  args,
  port,
  folder,
  uid,
  gid,
  signal = "SIGINT",
}) {
  if (isStopping) throw new Error(`${name} is not started: stopping.`);
  const log = [];
  const child = spawn(command, args, {
    // Its own process group: Ctrl-C reaches it through us, after the tests have ended.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid === undefined ? {} : { uid, gid }),
  });
  child.stdout.on("data", (chunk) => log.push(chunk));
  child.stderr.on("data", (chunk) => log.push(chunk));
  const ended = new Promise((resolve) => {
    child.on("close", resolve);
    child.on("error", (error) => {
      log.push(Buffer.from(String(error)));
      resolve();
    });
  });
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const stop = async () => {
    if (!hasEnded) {
      child.kill(signal);
      await Promise.race([ended, sleep(ENDS_WITHIN_MS, undefined, { ref: false })]);
      if (!hasEnded) child.kill("SIGKILL");
      await ended;
    }
    stops.delete(stop);
    await removeFolder(folder);
  };
  stops.add(stop);
  const deadline = Date.now() + STARTS_WITHIN_MS;
  while (!(await answers(port))) {
    if (hasEnded || Date.now() > deadline) {
      await stop();
      throw new Error(`${name} did not start:\n${Buffer.concat(log).toString().slice(-2_000)}`);
    }
    await sleep(50);
  }
  return { stop };
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Starts an image with Docker, its port bound to 127.0.0.1. */
export async function startContainer({ name, image, port, containerPort, env = [] }) {
  const folder = await dataFolder(name);
  const args = ["run", "--rm", "--init", "-p", `127.0.0.1:${port}:${containerPort}`];
  return startInstance({
    name,
    command: "docker",
    args: [...args, ...env.flatMap((one) => ["-e", one]), image],
    port,
    folder,
  });
}
