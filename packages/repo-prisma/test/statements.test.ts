import { ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { exampleRecord } from "@apikey/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PrismaApiKeyRepository } from "../src/index.js";
import { newMysql, newPostgresql, newSqlite, type TestDatabase } from "./databases.js";

/** Statements, without those that only begin and end a transaction. */
function work(statements: readonly string[]): string[] {
  return statements.filter((text) => !/^(BEGIN|COMMIT)/i.test(text));
}

function testStatements<Client>(
  name: string,
  open: () => Promise<TestDatabase<Client>>,
  over: (client: Client) => PrismaApiKeyRepository,
): void {
  describe(`on ${name}`, () => {
    let database: TestDatabase<Client>;
    let repository: PrismaApiKeyRepository;
    beforeAll(async () => {
      database = await open();
      repository = over(database.client);
    });
    afterAll(() => database.close());

    const sentBy = async (call: () => Promise<unknown>): Promise<string[]> => {
      // What was logged before may still be on its way.
      await new Promise((resolve) => setImmediate(resolve));
      const before = database.statements.length;
      await call();
      await new Promise((resolve) => setImmediate(resolve));
      return database.statements.slice(before);
    };

    test("a verification is one SELECT by the unique key id, and nothing else", async () => {
      const service = new ApiKeyService({
        repository,
        hasher: new HmacSha256Hasher({ pepper: "test" }),
      });
      expect(service.consistency).toBe("strict");
      const { key } = await service.create({ name: "k", scopes: ["a"], metadata: { a: 1 } });
      for (let times = 0; times < 3; times += 1) {
        const sent = await sentBy(() => service.verifyKey(key, { scopes: ["a"] }));
        expect(sent).toHaveLength(1);
        expect(sent[0]).toMatch(/^SELECT /);
        expect(sent[0]).toMatch(/WHERE \(?[^()]*keyId[`"] = (\?|\$1)/);
        expect(sent[0]).not.toMatch(/JOIN|ORDER BY/);
      }
      await service.close();
    });

    test("an unknown key id is one SELECT, too", async () => {
      expect(await sentBy(() => repository.findByKeyId("0000000000000000"))).toHaveLength(1);
    });

    test("creating is one INSERT", async () => {
      const sent = await sentBy(() => repository.create(exampleRecord()));
      expect(work(sent)).toEqual([expect.stringMatching(/^INSERT /)]);
    });

    test("a compare-and-set is one UPDATE with the version in it, and one SELECT", async () => {
      const record = exampleRecord();
      await repository.create(record);
      const sent = work(await sentBy(() => repository.update(record.id, 1, { name: "x" })));
      expect(sent).toEqual([
        expect.stringMatching(/^UPDATE .*WHERE.*version/s),
        expect.stringMatching(/^SELECT /),
      ]);
      expect(work(await sentBy(() => repository.update(record.id, 1, { name: "y" })))).toHaveLength(
        1,
      );
    });

    test("deleting is one DELETE", async () => {
      const record = exampleRecord();
      await repository.create(record);
      const sent = work(await sentBy(() => repository.delete(record.id)));
      expect(sent).toEqual([expect.stringMatching(/^DELETE /)]);
    });

    test("a touch is one UPDATE for the whole batch", async () => {
      const uses = Array.from({ length: 2_000 }, () => ({
        id: exampleRecord().id,
        at: new Date(),
      }));
      const sent = await sentBy(() => repository.touch(uses));
      expect(sent).toEqual([expect.stringMatching(/^(?:WITH [^;]*\s)?UPDATE /)]);
      expect(await sentBy(() => repository.touch([]))).toEqual([]);
    });

    test("a page is the ids in order, and their rows; a count is one statement", async () => {
      await repository.create(exampleRecord({ ownerId: "page" }));
      const order = { by: "createdAt", direction: "desc" } as const;
      const filter = { ownerId: "page", scopesAllOf: [], name: { contains: "ex" } };
      const page = await sentBy(() => repository.find(filter, order, { limit: 10 }));
      expect(page).toEqual([
        expect.stringMatching(/^SELECT .* LIMIT 11 OFFSET 0$/s),
        expect.stringMatching(/^SELECT /),
      ]);
      const empty = { ...filter, ownerId: "nobody" };
      expect(await sentBy(() => repository.find(empty, order, { limit: 10 }))).toHaveLength(1);
      expect(await sentBy(() => repository.count(filter))).toHaveLength(1);
    });
  });
}

testStatements("SQLite", newSqlite, (client) => new PrismaApiKeyRepository(client));
testStatements("PostgreSQL", newPostgresql, (client) => new PrismaApiKeyRepository(client));
testStatements("MariaDB or MySQL", newMysql, (client) => new PrismaApiKeyRepository(client));
