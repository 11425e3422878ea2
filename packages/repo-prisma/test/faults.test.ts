import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { ApiKeyService, isApiKeyError } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { exampleRecord } from "@apikey/testing";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PrismaApiKeyRepository } from "../src/index.js";
import { PrismaClient as PostgresqlClient } from "./clients/postgresql/generated/client.js";
import { migrationsOf, newPostgresql, newSqlite } from "./databases.js";
import { freePort, PostgresServer } from "./postgres-server.js";

/** The error says that nobody knows, and why; it is never "no such key". */
async function expectUnavailable(call: () => Promise<unknown>): Promise<void> {
  await expect(call()).rejects.toSatisfy(
    (error) =>
      isApiKeyError(error) &&
      error.code === "repository_unavailable" &&
      error.cause instanceof Error,
  );
}

const ORDER = { by: "createdAt", direction: "asc" } as const;

/** Every way to ask. */
function everyCall(repository: PrismaApiKeyRepository): (() => Promise<unknown>)[] {
  const record = exampleRecord();
  return [
    () => repository.findByKeyId(record.keyId),
    () => repository.findById(record.id),
    () => repository.create(record),
    () => repository.update(record.id, 1, { name: "x" }),
    () => repository.delete(record.id),
    () => repository.find({}, ORDER, { limit: 1 }),
    () => repository.count({}),
    () => repository.touch([{ id: record.id, at: new Date() }]),
  ];
}

describe("a PostgreSQL server that goes down", () => {
  const server = new PostgresServer();
  let client: PostgresqlClient;
  let repository: PrismaApiKeyRepository;
  beforeAll(async () => {
    await server.prepare();
    await server.start();
    const [sql = ""] = await migrationsOf("postgresql");
    const adapter = new PrismaPg({ connectionString: server.url });
    const connection = await adapter.connect();
    await connection.executeScript(sql);
    await connection.dispose();
    client = new PostgresqlClient({ adapter });
    repository = new PrismaApiKeyRepository(client);
  });
  afterAll(async () => {
    await client.$disconnect();
    await server.remove();
  });

  test("makes every call reject as unavailable, and all goes on when it is back", async () => {
    const service = new ApiKeyService({
      repository,
      hasher: new HmacSha256Hasher({ pepper: "test" }),
    });
    const { key, apiKey } = await service.create({ name: "k" });
    expect((await service.safeVerifyKey(key)).ok).toBe(true);
    await server.kill();
    for (const call of everyCall(repository)) await expectUnavailable(call);
    await expectUnavailable(() => service.safeVerifyKey(key));
    await server.start();
    expect((await service.verifyKey(key)).id).toBe(apiKey.id);
    expect(await repository.findByKeyId("0000000000000000")).toBeUndefined();
    await service.close();
  });

  test("was never there: the error is the same", async () => {
    const port = await freePort();
    const adapter = new PrismaPg({ connectionString: `postgres://u@127.0.0.1:${port}/x` });
    const nowhere = new PostgresqlClient({ adapter });
    for (const call of everyCall(new PrismaApiKeyRepository(nowhere))) {
      await expectUnavailable(call);
    }
    await nowhere.$disconnect();
  });
});

describe("a database that does not answer", () => {
  test("is unavailable after `timeoutMs`, and answers again when it can", async () => {
    const { client, connect, close } = await newPostgresql();
    try {
      const repository = new PrismaApiKeyRepository(client, { timeoutMs: 100 });
      const record = exampleRecord();
      await repository.create(record);
      let release: () => void = () => undefined;
      const locked = new Promise<void>((resolve) => {
        release = resolve;
      });
      let isLocked: () => void = () => undefined;
      const untilLocked = new Promise<void>((resolve) => {
        isLocked = resolve;
      });
      const holder = connect().$transaction(
        async (tx) => {
          await tx.$executeRawUnsafe('LOCK TABLE "ApiKey" IN ACCESS EXCLUSIVE MODE');
          isLocked();
          await locked;
        },
        { timeout: 60_000 },
      );
      await untilLocked;
      const failure = repository.findByKeyId(record.keyId);
      await expectUnavailable(() => failure);
      await expect(failure).rejects.toMatchObject({
        cause: { message: "The database has not answered within 100 ms." },
      });
      release();
      await holder;
      expect(await repository.findByKeyId(record.keyId)).toEqual(record);
    } finally {
      await close();
    }
  });
});

describe("an SQLite file", () => {
  test("that another process has locked is unavailable until it is released", async () => {
    const { client, connect, close } = await newSqlite();
    try {
      const record = exampleRecord();
      const repository = new PrismaApiKeyRepository(client, { timeoutMs: 500 });
      await repository.create(record);
      await connect().$transaction(
        async (tx) => {
          await tx.$executeRawUnsafe(`UPDATE "ApiKey" SET "name" = 'locked'`);
          await expectUnavailable(() => repository.update(record.id, 1, { name: "x" }));
        },
        { timeout: 30_000 },
      );
      expect(await repository.findById(record.id)).toMatchObject({ name: "locked", version: 1 });
    } finally {
      await close();
    }
  });

  test("without the table is unavailable until the migration has run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "apikey-sqlite-"));
    const { PrismaClient } = await import("./clients/sqlite/generated/client.js");
    const adapter = new PrismaLibSql({ url: `file:${join(folder, "new.db")}` });
    const client = new PrismaClient({ adapter });
    try {
      const repository = new PrismaApiKeyRepository(client);
      for (const call of everyCall(repository)) await expectUnavailable(call);
      const [sql = ""] = await migrationsOf("sqlite");
      for (const statement of sql.split(";\n\n")) await client.$executeRawUnsafe(statement);
      expect(await repository.count({})).toBe(0);
    } finally {
      await client.$disconnect();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("in a folder that is missing is unavailable", async () => {
    const folder = mkdtempSync(join(tmpdir(), "apikey-sqlite-"));
    const { PrismaClient } = await import("./clients/sqlite/generated/client.js");
    const adapter = new PrismaLibSql({ url: `file:${join(folder, "missing", "keys.db")}` });
    const client = new PrismaClient({ adapter });
    await expectUnavailable(() => new PrismaApiKeyRepository(client).findByKeyId("00"));
    rmSync(folder, { recursive: true, force: true });
  });
});

describe("an error", () => {
  test("holds no hash, also where the driver quotes the row that it could not store", async () => {
    const { client, close } = await newPostgresql();
    try {
      await client.$executeRawUnsafe(`ALTER TABLE "ApiKey" ADD CHECK ("name" <> 'refused')`);
      const repository = new PrismaApiKeyRepository(client);
      const record = exampleRecord({ name: "refused", hash: "$secret$hash$of$this$test" });
      const failure = await repository.create(record).catch((error: unknown) => error);
      expect(isApiKeyError(failure) && failure.code).toBe("repository_unavailable");
      expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(record.hash);
      const taken = exampleRecord({ hash: record.hash });
      await repository.create(taken);
      const conflict = await repository.create(taken).catch((error: unknown) => error);
      expect(isApiKeyError(conflict) && conflict.code).toBe("conflict");
      expect(inspect(conflict, { depth: 10, showHidden: true })).not.toContain(record.hash);
    } finally {
      await close();
    }
  });
});
