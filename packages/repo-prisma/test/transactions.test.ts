import { ApiKeyService, isApiKeyError, MemoryCache } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { exampleRecord } from "@apikey/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PrismaApiKeyRepository } from "../src/index.js";
import type { Prisma as Mysql } from "./clients/mysql/generated/client.js";
import type { Prisma as Postgresql } from "./clients/postgresql/generated/client.js";
import type { Prisma as Sqlite } from "./clients/sqlite/generated/client.js";
import { newMysql, newPostgresql, newSqlite, type TestDatabase } from "./databases.js";

interface Transactional<Transaction> {
  $transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result>;
}

function testTransactions<Client extends Transactional<Transaction>, Transaction>(
  name: string,
  open: () => Promise<TestDatabase<Client>>,
  over: (client: Client) => PrismaApiKeyRepository,
  overTransaction: (tx: Transaction) => PrismaApiKeyRepository,
): void {
  describe(`in a transaction on ${name}`, () => {
    let database: TestDatabase<Client>;
    let repository: PrismaApiKeyRepository;
    beforeAll(async () => {
      database = await open();
      repository = over(database.client);
    });
    afterAll(() => database.close());

    test("everything holds together when it commits", async () => {
      const [one, two] = [exampleRecord({ ownerId: name }), exampleRecord({ ownerId: name })];
      const order = { by: "createdAt", direction: "asc" } as const;
      await database.client.$transaction(async (tx) => {
        const inner = overTransaction(tx);
        await inner.create(one);
        await inner.create(two);
        await inner.touch([{ id: one.id, at: new Date(5) }]);
        expect(await inner.update(two.id, 1, { name: "in" })).toMatchObject({ version: 2 });
        expect(await inner.count({ ownerId: name })).toBe(2);
        expect((await inner.find({ ownerId: name }, order, { limit: 5 })).items).toHaveLength(2);
        expect(await inner.delete(one.id)).toBe(true);
      });
      expect(await repository.findById(one.id)).toBeUndefined();
      expect(await repository.findById(two.id)).toMatchObject({ name: "in", version: 2 });
    });

    test("nothing is left when it is rolled back", async () => {
      const kept = exampleRecord();
      const lost = exampleRecord();
      await repository.create(kept);
      await expect(
        database.client.$transaction(async (tx) => {
          const inner = overTransaction(tx);
          await inner.create(lost);
          await inner.update(kept.id, 1, { isActive: false });
          throw new Error("no");
        }),
      ).rejects.toThrow("no");
      expect(await repository.findById(lost.id)).toBeUndefined();
      expect(await repository.findById(kept.id)).toEqual(kept);
    });

    test("a revocation holds once it has been confirmed after the commit", async () => {
      const cache = new MemoryCache();
      const settings = { hasher: new HmacSha256Hasher({ pepper: "test" }), cache } as const;
      const service = new ApiKeyService({
        ...settings,
        repository,
        consistency: "bounded",
        cacheTtlMs: 60_000,
      });
      const { key, apiKey } = await service.create({ name: "k" });
      expect((await service.safeVerifyKey(key)).ok).toBe(true);
      await database.client.$transaction(async (tx) => {
        const inner = new ApiKeyService({
          ...settings,
          repository: overTransaction(tx),
          lastUsed: "off",
        });
        expect((await inner.deactivate(apiKey.id)).version).toBe(2);
        await inner.close();
        // SQLite has one connection here, and it is in the transaction.
        if (name !== "SQLite") {
          expect((await service.safeVerifyKey(key)).ok).toBe(true);
          expect(service.stats().memoryHits).toBe(0);
        }
      });
      await service.deactivate(apiKey.id);
      expect(await service.safeVerifyKey(key)).toMatchObject({ ok: false, code: "disabled_key" });
      await service.close();
    });

    test("a conflict is a conflict", async () => {
      const record = exampleRecord();
      await repository.create(record);
      const failed = database.client.$transaction(async (tx) => {
        await overTransaction(tx).create(exampleRecord({ keyId: record.keyId }));
      });
      await expect(failed).rejects.toSatisfy(
        (error) => isApiKeyError(error) && error.code === "conflict",
      );
    });
  });
}

testTransactions(
  "SQLite",
  newSqlite,
  (client) => new PrismaApiKeyRepository(client),
  (tx: Sqlite.TransactionClient) => new PrismaApiKeyRepository(tx),
);
testTransactions(
  "PostgreSQL",
  newPostgresql,
  (client) => new PrismaApiKeyRepository(client),
  (tx: Postgresql.TransactionClient) => new PrismaApiKeyRepository(tx),
);
testTransactions(
  "MariaDB or MySQL",
  newMysql,
  (client) => new PrismaApiKeyRepository(client),
  (tx: Mysql.TransactionClient) => new PrismaApiKeyRepository(tx),
);
