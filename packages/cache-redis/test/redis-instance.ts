import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

/** A variable that `npm test` sets. */
export function required(name: "REDIS_URL" | "REDIS_SERVER_BIN"): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`Set ${name}, or run the tests by \`npm test\`, which brings up servers.`);
  return value;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const running = new Set<RedisInstance>();
process.on("exit", () => {
  for (const { process: child } of running) child?.kill("SIGKILL");
});

/** A redis-server of the test's own: to be killed, hung and restarted. */
export class RedisInstance {
  process: ChildProcess | undefined;
  #folder: string | undefined;

  private constructor(
    readonly port: number,
    readonly args: readonly string[],
  ) {}

  static async start(args: readonly string[] = [], port?: number): Promise<RedisInstance> {
    const instance = new RedisInstance(port ?? (await freePort()), args);
    await instance.start();
    return instance;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it empty. */
  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), "apikey-redis-"));
    const isSentinel = this.args[0] === "--sentinel";
    const config = join(this.#folder, "redis.conf");
    const lines = isSentinel ? this.args.slice(1) : [];
    await writeFile(config, lines.join("\n"));
    this.process = spawn(
      required("REDIS_SERVER_BIN"),
      [
        config,
        ...["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#folder],
        ...(isSentinel ? ["--sentinel"] : ["--save", "", "--appendonly", "no", ...this.args]),
      ],
      { stdio: "ignore" },
    );
    running.add(this);
    for (let tries = 0; !(await answers(this.port)); tries += 1) {
      if (tries > 200) throw new Error(`redis-server did not start on port ${this.port}.`);
      await sleep(25);
    }
  }

  /** SIGKILL: gone, with everything in it. */
  async kill(): Promise<void> {
    const child = this.process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    running.delete(this);
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
  }

  /** SIGSTOP: accepts connections and answers nothing. */
  hang(): void {
    this.process?.kill("SIGSTOP");
  }

  resume(): void {
    this.process?.kill("SIGCONT");
  }

  async cli(...args: string[]): Promise<string> {
    const cli = join(dirname(required("REDIS_SERVER_BIN")), "redis-cli");
    const { stdout } = await promisify(execFile)(cli, ["-p", String(this.port), ...args]);
    return stdout;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
