import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { PrismaPg } from "@prisma/adapter-pg";

/** A PostgreSQL server of this test's own, to kill, hang and start again. */
export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), "apikey-postgres-fault-"));
  #child: ChildProcess | undefined;
  #user: { uid?: number; gid?: number } = {};
  #binary = "";
  port = 0;

  async prepare(): Promise<void> {
    const initdb = programOf("initdb");
    this.#binary = programOf("postgres");
    chmodSync(this.#folder, 0o755);
    if (process.getuid?.() === 0) {
      const idOf = (flag: string) => Number(execFileSync("id", [flag, "postgres"]).toString());
      this.#user = { uid: idOf("-u"), gid: idOf("-g") };
      chownSync(this.#folder, idOf("-u"), idOf("-g"));
    }
    const data = join(this.#folder, "data");
    execFileSync(initdb, ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync"], this.#user);
    this.port = await freePort();
  }

  async start(): Promise<void> {
    const settings = ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"];
    const places = ["-c", `unix_socket_directories=${this.#folder}`, "-p", String(this.port)];
    this.#child = spawn(this.#binary, ["-D", join(this.#folder, "data"), ...settings, ...places], {
      stdio: "ignore",
      ...this.#user,
    });
    for (let tries = 0; tries < 200; tries += 1) {
      const connection = new PrismaPg({ connectionString: this.url });
      try {
        await (await connection.connect()).executeScript("SELECT 1");
        return;
      } catch {
        await sleep(50);
      }
    }
    throw new Error("PostgreSQL did not start.");
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Without a goodbye: its children end when they notice. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGQUIT");
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** A program of PostgreSQL, on the PATH or where Debian puts it. */
function programOf(name: string): string {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter),
    ...versions.map((version) => join(debian, version, "bin")),
  ];
  const path = folders.map((folder) => join(folder, name)).find((one) => existsSync(one));
  if (path === undefined) {
    throw new Error(`This test starts a server of its own and needs ${name}: install PostgreSQL.`);
  }
  return path;
}
