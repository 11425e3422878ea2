import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EXAMPLE_KEY } from "../src/example-key.js";

const program = fileURLToPath(new URL("../dist/index.js", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "apikey-demo-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Environment variables, besides those that every program has. */
type Variables = Readonly<Record<string, string | undefined>>;

interface Running {
  readonly child: ChildProcess;
  /** What has been printed so far. */
  text(): string;
}

function start(args: readonly string[], variables: Variables): Running {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, TMPDIR: folder, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, text: () => text };
}

async function run(args: readonly string[], variables: Variables = {}) {
  const { child, text } = start(args, variables);
  const [code] = await once(child, "close");
  return { code, text: text() };
}

describe("the tour", () => {
  test("runs on a database of its own, without any server, and leaves no file", async () => {
    const { code, text } = await run(["--tour"]);
    expect(text).toContain("Verified key belongs to: API_KEY_DEV");
    for (const refusal of [
      "401  missing_key",
      "401  checksum_mismatch",
      "401  invalid_key",
      "401  expired_key",
      "401  disabled_key",
      "403  insufficient_scope",
    ]) {
      expect(text).toContain(refusal);
    }
    expect(text).toMatch(/one request, cold .* hashes: 1 {3}database reads: 1\n/);
    expect(text).toMatch(/each of 100 more .* hashes: 0 {3}database reads: 100\n/);
    expect(text).not.toContain("$argon2");
    expect(code).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test("runs on PostgreSQL and Redis, where warm keys need no database, and runs again", async () => {
    const server = new URL(process.env.POSTGRES_URL ?? "");
    const name = `apikey_demo_${randomBytes(6).toString("hex")}`;
    const administer = async (statement: string): Promise<void> => {
      const connection = await new PrismaPg({ connectionString: server.href }).connect();
      await connection.executeScript(statement);
      await connection.dispose();
    };
    await administer(`CREATE DATABASE ${name}`);
    try {
      const own = new URL(server);
      own.pathname = `/${name}`;
      const variables = { DATABASE_URL: own.href, REDIS_URL: process.env.REDIS_URL };
      for (const _ of ["first", "again"]) {
        const { code, text } = await run(["--tour"], variables);
        expect(text).toContain(`PostgreSQL, ${name} on`);
        expect(text).toContain("Redis, in front of it memory");
        expect(text).toMatch(/each of 100 more .* hashes: 0 {3}database reads: 0\n/);
        expect(code).toBe(0);
      }
    } finally {
      await administer(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});

test("it serves until it is told to stop, and then writes last-used times", async () => {
  const url = `file:${join(folder, "kept.db")}`;
  const { child, text } = start([], { DATABASE_URL: url });
  const invitation = /curl (http:\S+)\/hello/;
  while (!invitation.test(text()) && child.exitCode === null) await sleep(20);
  const [, address = ""] = invitation.exec(text()) ?? [];
  const askedAtMs = Date.now();
  const answer = await fetch(`${address}/hello`, { headers: { "X-API-Key": EXAMPLE_KEY } });
  expect(await answer.json()).toEqual({ message: "Verified key belongs to: API_KEY_DEV" });
  // A terminal sends one, and npm another.
  child.kill("SIGINT");
  child.kill("SIGINT");
  expect(await once(child, "close")).toEqual([0, null]);
  const connection = await new PrismaLibSql({ url }).connect();
  const { rows } = await connection.queryRaw({
    sql: `SELECT "lastUsedAt" FROM "ApiKey" WHERE "name" = 'API_KEY_DEV'`,
    args: [],
    argTypes: [],
  });
  await connection.dispose();
  expect(new Date(String(rows[0]?.[0])).getTime()).toBeGreaterThanOrEqual(askedAtMs);
});

describe("a mistake ends it with a line that says what to write:", () => {
  test.each([
    [{ DATABASE_URL: "oracle://scott:tiger@db" }, "DATABASE_URL must be a URL such as", "tiger"],
    [{ REDIS_URL: "tiger:6379" }, "REDIS_URL must be a URL such as redis://", "tiger"],
    [{ PORT: "http" }, "PORT must be a port", "http"],
    [{ PORT: "65536" }, "PORT must be a port", "65536"],
    [{ API_KEY_PEPPER: "" }, "API_KEY_PEPPER must not be empty", "    at "],
    [{ API_KEY_DEV: "tiger" }, "The environment variable API_KEY_DEV holds no key", "tiger"],
  ])("%o", async (variables, line, untold) => {
    const { code, text } = await run(["--tour"], variables);
    expect(text).toContain(line);
    expect(text).not.toContain(untold);
    expect(code).toBe(1);
  });

  test("an argument that there is not", async () => {
    const { code, text } = await run(["--tuor"]);
    expect(text).toContain("No such argument: --tuor.");
    expect(code).toBe(1);
  });

  test("a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const { code, text } = await run(["--tour"], { PORT: String(port) });
    server.close();
    expect(text).toContain(`Port ${port} is taken.`);
    expect(code).toBe(1);
  });
});
