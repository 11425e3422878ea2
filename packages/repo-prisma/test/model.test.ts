import { exampleRecord } from "@apikey/testing";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PrismaApiKeyRepository } from "../src/index.js";
import { PrismaClient } from "./clients/sqlite/generated/client.js";
import { newSqlite, type TestDatabase } from "./databases.js";

/** Never asked for anything: the model is judged when the repository is built. */
const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: "file::memory:" }) });

// What the compiler refuses is refused at run time, too: a JavaScript caller learns it at once.
const BAD_MODELS: readonly [string, () => unknown, RegExp][] = [
  [
    "lacks a column",
    // @ts-expect-error The model lacks: hash
    () => new PrismaApiKeyRepository(prisma, { model: "keyWithoutHash" }),
    /keyWithoutHash lacks hash/,
  ],
  [
    "has a column of another type",
    // @ts-expect-error The model has another type: expiresAt, ownerId
    () => new PrismaApiKeyRepository(prisma, { model: "keyOfOtherTypes" }),
    /expiresAt must be DateTime/,
  ],
  [
    "is not there",
    // @ts-expect-error No such model
    () => new PrismaApiKeyRepository(prisma, { model: "nothing" }),
    /no model nothing/,
  ],
];

describe("a model that", () => {
  test.each(BAD_MODELS)("%s is refused by compiler and constructor", (_, build, message) => {
    expect(build).toThrow(message);
    expect(build).toThrow(expect.objectContaining({ code: "configuration_invalid" }));
  });

  test("has no unique key id, or requires columns of its own, is refused by the compiler", () => {
    // A client does not tell these at run time.
    // @ts-expect-error The model needs @unique on: keyId
    new PrismaApiKeyRepository(prisma, { model: "keyWithoutUniqueId" });
    // @ts-expect-error The model requires a column that is not filled: tenant
    new PrismaApiKeyRepository(prisma, { model: "keyWithRequiredExtra" });
  });

  test("has optional columns of its own is taken", () => {
    expect(new PrismaApiKeyRepository(prisma, { model: "keyWithExtras" }).shared).toBe(true);
  });
});

describe("options", () => {
  test.each([
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ provider: "oracle" }, /provider: must be one of sqlite, postgresql, mysql/],
    [{ modle: "apiKey" }, /is not known/],
    [{ columns: { keyID: "key_id" } }, /is not known/],
  ])("%j are refused with a message that names the option", (options, message) => {
    expect(() => new PrismaApiKeyRepository(prisma, options as never)).toThrow(message);
  });

  test("something that is no client is refused", () => {
    // @ts-expect-error No client
    expect(() => new PrismaApiKeyRepository({})).toThrow(/must be a Prisma client/);
    // @ts-expect-error No client
    expect(() => new PrismaApiKeyRepository(undefined)).toThrow(/must be a Prisma client/);
  });
});

describe("a client", () => {
  let database: TestDatabase<PrismaClient>;
  beforeAll(async () => {
    database = await newSqlite();
  });
  afterAll(() => database.close());

  test("that tells nothing of its models needs the names as options", async () => {
    const { client } = database;
    const silent = {
      serviceToken: client.serviceToken,
      $queryRawUnsafe: (query: string, ...values: unknown[]) =>
        client.$queryRawUnsafe(query, ...values),
      $executeRawUnsafe: (query: string, ...values: unknown[]) =>
        client.$executeRawUnsafe(query, ...values),
    };
    const model = "serviceToken";
    expect(() => new PrismaApiKeyRepository(silent, { model })).toThrow(/does not tell the table/);
    const table = "service_tokens";
    expect(() => new PrismaApiKeyRepository(silent, { model, table })).toThrow(
      /does not tell its database/,
    );
    const repository = new PrismaApiKeyRepository(silent, {
      model,
      table,
      provider: "sqlite",
      columns: { ownerId: "owner_id", createdAt: "created_at", lastUsedAt: "last_used_at" },
    });
    const record = exampleRecord({ ownerId: "silent" });
    await repository.create(record);
    await repository.touch([{ id: record.id, at: record.createdAt }]);
    const order = { by: "createdAt", direction: "asc" } as const;
    const { items } = await repository.find({ ownerId: "silent" }, order, { limit: 1 });
    expect(items).toEqual([{ ...record, lastUsedAt: record.createdAt }]);
  });

  test("that is extended, or leaves out the hash by default, works as well", async () => {
    const extended = database.connect().$extends({
      model: { apiKey: { greet: () => "hello" } },
      result: { apiKey: { shout: { needs: { name: true }, compute: () => "x" } } },
    });
    const repository = new PrismaApiKeyRepository(extended);
    const record = exampleRecord();
    await repository.create(record);
    expect(await repository.findById(record.id)).toEqual(record);

    const adapter = new PrismaLibSql({ url: "file::memory:" });
    const omitting = new PrismaClient({ adapter, omit: { apiKey: { hash: true } } });
    expect(new PrismaApiKeyRepository(omitting)).toBeDefined();
  });
});
