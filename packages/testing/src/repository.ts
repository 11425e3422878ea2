import { randomBytes, randomUUID } from "node:crypto";
import {
  type ApiKeyFilter,
  type ApiKeyOrder,
  type ApiKeyRepository,
  ConflictError,
  isApiKeyError,
  type JsonObject,
  ORDER_COLUMNS,
  type Page,
  type StoredApiKey,
} from "@apikey/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findInModel, matchesInModel } from "./repository-model.js";

/** What {@link testRepository} needs to know of a repository. */
export interface RepositoryUnderTest {
  /** Makes a repository without keys. Called once. */
  make(): ApiKeyRepository | Promise<ApiKeyRepository>;
  /** Makes a second repository on the store of the first, over a connection of its own, if it is shared. */
  makeAnother?(): ApiKeyRepository | Promise<ApiKeyRepository>;
  /** Whether JSON numbers come back to their last bit, and not to 15 digits only. @defaultValue true */
  readonly exactNumbers?: boolean;
  /** Called when the tests are over. */
  close?(): Promise<void>;
  /** Searches of the property test. @defaultValue 100 */
  readonly searches?: number;
}

const START = Date.UTC(2026, 0, 1);

/** A record as the service would make it. */
export function exampleRecord(fields: Partial<StoredApiKey> = {}): StoredApiKey {
  return {
    id: randomUUID(),
    keyId: randomBytes(8).toString("hex"),
    version: 1,
    name: "example",
    description: null,
    ownerId: null,
    scopes: [],
    metadata: {},
    isActive: true,
    expiresAt: null,
    createdAt: new Date(START),
    updatedAt: new Date(START),
    lastUsedAt: null,
    hint: "abcd…wxyz",
    hash: "$hmac-sha256$v=1$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ...fields,
  };
}

/**
 * Contract of `ApiKeyRepository`, for any adapter.
 *
 * @example
 * ```ts
 * testRepository("MyRepository", { make: () => new MyRepository(emptyDatabase) });
 * ```
 */
export function testRepository(name: string, subject: RepositoryUnderTest): void {
  describe(`${name} keeps the contract of a repository:`, () => {
    let repository: ApiKeyRepository;
    /** As many as there are connections: two processes, so to speak. */
    let repositories: readonly ApiKeyRepository[];
    beforeAll(async () => {
      repository = await subject.make();
      const another = await subject.makeAnother?.();
      repositories = another ? [repository, another] : [repository];
    });
    /** What comes of `work`, done so many times at once, over each connection in turn. */
    const atOnce = <Result>(
      times: number,
      work: (through: ApiKeyRepository, index: number) => Promise<Result>,
    ): Promise<PromiseSettledResult<Result>[]> =>
      Promise.allSettled(
        Array.from({ length: times }, (_, index) =>
          work(repositories[index % repositories.length] as ApiKeyRepository, index),
        ),
      );
    afterAll(() => subject.close?.());

    const store = async (fields: Partial<StoredApiKey> = {}): Promise<StoredApiKey> => {
      const record = exampleRecord(fields);
      await repository.create(record);
      return record;
    };
    /** Keeps the keys of one test apart from all others. */
    const owner = (): string => `owner-${randomUUID()}`;
    const newestFirst: ApiKeyOrder = { by: "createdAt", direction: "desc" };
    const idsOf = async (filter: ApiKeyFilter): Promise<string[]> => {
      const { items } = await repository.find(filter, newestFirst, { limit: 1_000 });
      expect(await repository.count(filter)).toBe(items.length);
      return items.map(({ id }) => id).sort();
    };

    describe("a record", () => {
      test("comes back by id and by key id as it was stored", async () => {
        const record = await store({
          name: "Ünïcode 😀 'quoted' \"twice\" \\ % _",
          description: "line\nline\ttab",
          ownerId: "owner/1",
          scopes: ["a", "a:b", "a:b:c"],
          metadata: {
            zebra: 1,
            apple: [1, "two", null, { deep: { deeper: [true, false] } }],
            "ключ 😀": "wert",
            empty: {},
            list: [],
            number: 1.5e-7,
            large: 9_007_199_254_740_991,
          },
          expiresAt: new Date("2999-12-31T23:59:59.999Z"),
          lastUsedAt: new Date("2026-01-01T00:00:00.001Z"),
          createdAt: new Date("2026-03-29T01:59:59.999Z"),
        });
        expect(await repository.findById(record.id)).toEqual(record);
        expect(await repository.findByKeyId(record.keyId)).toEqual(record);
      });

      test("that is not there is undefined", async () => {
        expect(await repository.findById(randomUUID())).toBeUndefined();
        expect(await repository.findById("no uuid ' \" \\")).toBeUndefined();
        expect(await repository.findByKeyId("0000000000000000")).toBeUndefined();
        expect(await repository.findByKeyId("")).toBeUndefined();
      });

      test("is found by its exact key id only", async () => {
        const { keyId } = await store({ keyId: `abcdef${randomBytes(5).toString("hex")}` });
        expect(await repository.findByKeyId(keyId.toUpperCase())).toBeUndefined();
        expect(await repository.findByKeyId(`${keyId} `)).toBeUndefined();
      });

      test("is found, changed and deleted by its exact id only", async () => {
        const record = await store({ id: `abcdef01${randomUUID().slice(8)}` });
        const others = [` ${record.id}`, `${record.id} `, record.id.toUpperCase(), `${record.id}%`];
        for (const id of others) {
          expect(await repository.findById(id)).toBeUndefined();
          expect(await repository.update(id, 1, { name: "x" })).toBeUndefined();
          expect(await repository.delete(id)).toBe(false);
          await repository.touch([{ id, at: new Date(START + 1) }]);
        }
        expect(await repository.findById(record.id)).toEqual(record);
      });

      test("is not found, and nothing fails, by text that no store can hold", async () => {
        for (const text of ["\0", "a\0b", "\ud800", "a\udc00b"]) {
          expect(await repository.findById(text)).toBeUndefined();
          expect(await repository.findByKeyId(text)).toBeUndefined();
          expect(await repository.update(text, 1, { name: "x" })).toBeUndefined();
          expect(await repository.delete(text)).toBe(false);
          expect(await repository.count({ name: { contains: text } })).toBe(0);
          expect(await repository.count({ name: text })).toBe(0);
          expect(await repository.count({ ownerId: text })).toBe(0);
        }
      });

      test("keeps times to the millisecond, in every season and far away", async () => {
        // Hours that a zone with summer time does not have, or has twice, and times before 1970.
        for (const time of [
          "2026-03-29T02:30:00.001Z",
          "2026-03-29T01:00:00.000Z",
          "2026-10-25T01:30:00.999Z",
          "2026-10-25T00:30:00.999Z",
          "1969-12-31T23:59:59.999Z",
          "9999-12-31T23:59:59.999Z",
        ]) {
          const at = new Date(time);
          const { id } = await store({ createdAt: at, expiresAt: at });
          await repository.touch([{ id, at }]);
          expect(await repository.findById(id)).toMatchObject({
            createdAt: at,
            expiresAt: at,
            lastUsedAt: at,
          });
        }
      });

      test("keeps any JSON object", async () => {
        const odd = JSON.parse(
          '{"constructor":"c","$type":"DateTime","value":"2026","prisma__type":"date","":0,"toJSON":"t"}',
        );
        const { id } = await store({ metadata: odd });
        const found = await repository.findById(id);
        expect(JSON.parse(JSON.stringify(found?.metadata))).toEqual(odd);
        const storable =
          subject.exactNumbers === false ? anyMetadata.map(withShortNumbers) : anyMetadata;
        await fc.assert(
          fc.asyncProperty(storable, async (metadata) => {
            const record = await store({ metadata });
            expect((await repository.findById(record.id))?.metadata).toEqual(metadata);
          }),
          { numRuns: 50 },
        );
      });

      test("is not changed by what callers do to their copy", async () => {
        const { id } = await store({ metadata: { a: 1 }, expiresAt: new Date(START) });
        const copy = await repository.findById(id);
        const before = structuredClone(copy);
        try {
          copy?.expiresAt?.setFullYear(2999);
          Object.assign(copy?.metadata ?? {}, { a: 2 });
        } catch {
          // A frozen copy is as good.
        }
        expect(await repository.findById(id)).toEqual(before);
      });

      test("conflicts with another of the same id or key id", async () => {
        const record = await store();
        await expect(repository.create(exampleRecord({ id: record.id }))).rejects.toSatisfy(
          isConflict,
        );
        await expect(repository.create(exampleRecord({ keyId: record.keyId }))).rejects.toSatisfy(
          isConflict,
        );
        expect(await repository.findById(record.id)).toEqual(record);
      });

      test("is created once by many who try at a time", async () => {
        const keyId = randomBytes(8).toString("hex");
        const results = await atOnce(10, (through) => through.create(exampleRecord({ keyId })));
        expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        for (const result of results) {
          if (result.status === "rejected") expect(isConflict(result.reason)).toBe(true);
        }
      });

      test("is deleted once", async () => {
        const { id, keyId } = await store();
        expect(await repository.delete(id)).toBe(true);
        expect(await repository.delete(id)).toBe(false);
        expect(await repository.delete("no such id")).toBe(false);
        expect(await repository.findByKeyId(keyId)).toBeUndefined();
        await store({ keyId });
      });

      test("is deleted or changed, never both, by two who mean the same version at a time", async () => {
        for (let times = 0; times < 5; times += 1) {
          const { id } = await store();
          const results = await atOnce(6, async (through, index) =>
            index < 3
              ? through.delete(id, 1)
              : (await through.update(id, 1, { name: "x" })) !== undefined,
          );
          const won = results.filter((one) => one.status === "fulfilled" && one.value);
          expect(results.filter(({ status }) => status === "rejected")).toEqual([]);
          expect(won).toHaveLength(1);
        }
      });

      test("is deleted only in the version that is meant", async () => {
        const { id } = await store();
        await repository.update(id, 1, { ownerId: "another" });
        expect(await repository.delete(id, 1)).toBe(false);
        expect(await repository.delete(id, 3)).toBe(false);
        expect((await repository.findById(id))?.ownerId).toBe("another");
        expect(await repository.delete(id, 2)).toBe(true);
        expect(await repository.findById(id)).toBeUndefined();
        expect(await repository.delete(id, 2)).toBe(false);
      });
    });

    describe("update", () => {
      test("sets what is given, increments the version and returns the new state", async () => {
        const record = await store({ name: "old", scopes: ["a"], metadata: { a: 1 } });
        const patch = {
          name: "new",
          description: "d",
          ownerId: "o",
          scopes: ["b", "c"],
          metadata: { b: { c: null } },
          isActive: false,
          expiresAt: new Date(START + 1),
          updatedAt: new Date(START + 2),
          hash: "$another$hash",
        };
        const updated = await repository.update(record.id, 1, patch);
        expect(updated).toEqual({ ...record, ...patch, version: 2 });
        expect(await repository.findById(record.id)).toEqual(updated);
      });

      test("leaves alone what is not given, and can set null", async () => {
        const record = await store({ name: "n", ownerId: "o", expiresAt: new Date(START) });
        const updated = await repository.update(record.id, 1, { ownerId: null, expiresAt: null });
        expect(updated).toEqual({ ...record, ownerId: null, expiresAt: null, version: 2 });
        expect(await repository.update(record.id, 2, {})).toEqual({ ...updated, version: 3 });
      });

      test("changes nothing when the version is another, or there is no such key", async () => {
        const record = await store();
        expect(await repository.update(record.id, 2, { name: "x" })).toBeUndefined();
        expect(await repository.update(record.id, 0, { name: "x" })).toBeUndefined();
        expect(await repository.update(randomUUID(), 1, { name: "x" })).toBeUndefined();
        expect(await repository.findById(record.id)).toEqual(record);
      });

      test("lets one of many win who change the same version at a time", async () => {
        const { id } = await store();
        const results = await atOnce(20, (through, index) =>
          through.update(id, 1, { name: `${index}` }),
        );
        const winners = results.flatMap((result) => {
          if (result.status === "rejected") throw result.reason;
          return result.value ?? [];
        });
        expect(winners).toHaveLength(1);
        for (const one of repositories) expect(await one.findById(id)).toEqual(winners[0]);
      });
    });

    describe("touch", () => {
      test("sets the last use and nothing else", async () => {
        const record = await store();
        const at = new Date(START + 1_234);
        await repository.touch([{ id: record.id, at }]);
        expect(await repository.findById(record.id)).toEqual({ ...record, lastUsedAt: at });
      });

      test("never moves a time back, also within a batch", async () => {
        const record = await store();
        const later = new Date(START + 9);
        await repository.touch([
          { id: record.id, at: new Date(START + 3) },
          { id: record.id, at: later },
          { id: record.id, at: new Date(START + 5) },
        ]);
        await repository.touch([{ id: record.id, at: new Date(START + 1) }]);
        expect((await repository.findById(record.id))?.lastUsedAt).toEqual(later);
      });

      test("passes over ids that are not stored, and takes an empty batch", async () => {
        const record = await store();
        const at = new Date(START + 1);
        await repository.touch([
          { id: randomUUID(), at },
          { id: record.id, at },
          { id: "' or 1=1 --", at },
        ]);
        await repository.touch([]);
        expect((await repository.findById(record.id))?.lastUsedAt).toEqual(at);
      });

      test("keeps the latest of many that come at once", async () => {
        const records = await Promise.all(Array.from({ length: 5 }, () => store()));
        const results = await atOnce(12, (through, index) =>
          through.touch(
            records.map(({ id }) => ({ id, at: new Date(START + ((index * 7) % 12)) })),
          ),
        );
        for (const result of results) if (result.status === "rejected") throw result.reason;
        for (const { id } of records) {
          expect((await repository.findById(id))?.lastUsedAt).toEqual(new Date(START + 11));
        }
      });

      test("takes thousands at a time", async () => {
        const ownerId = owner();
        const records = await Promise.all(Array.from({ length: 20 }, () => store({ ownerId })));
        const at = new Date(START + 1);
        const others = Array.from({ length: 3_000 }, () => ({ id: randomUUID(), at }));
        await repository.touch([...others, ...records.map(({ id }) => ({ id, at }))]);
        expect(await repository.count({ ownerId, neverUsed: false })).toBe(20);
      });
    });

    describe("find", () => {
      test("takes scopes literally and case-sensitively", async () => {
        const ownerId = owner();
        const of = async (...scopes: string[]) => (await store({ ownerId, scopes })).id;
        const read = await of("read");
        const both = await of("read", "write");
        const longer = await of("read:all");
        const inner = await of("a:read");
        const odd = await of("re_d", "a.b-c");
        const all = await of("*");
        const none = await of();
        const find = async (filter: ApiKeyFilter) => idsOf({ ownerId, ...filter });
        expect(await find({ scopesAllOf: ["read"] })).toEqual([read, both].sort());
        expect(await find({ scopesAllOf: ["read", "write"] })).toEqual([both]);
        expect(await find({ scopesAllOf: ["write", "read"] })).toEqual([both]);
        expect(await find({ scopesAnyOf: ["write", "a:read"] })).toEqual([both, inner].sort());
        expect(await find({ scopesAllOf: ["re_d"] })).toEqual([odd]);
        expect(await find({ scopesAllOf: ["*"] })).toEqual([all]);
        expect(await find({ scopesAnyOf: ["READ"] })).toEqual([]);
        expect(await find({ scopesAnyOf: [] })).toEqual([]);
        expect(await find({ scopesAllOf: [] })).toEqual(
          [read, both, longer, inner, odd, all, none].sort(),
        );
        expect(await find({ scopesAllOf: ["read"], scopesAnyOf: ["write"] })).toEqual([both]);
      });

      test("takes any scope literally", async () => {
        const ownerId = owner();
        const scopes = ["a", "a.b", "a-b", "a_b", "axb", "a:b", "a:b:c", "b", "a:*", "0"];
        const ids = new Map<string, string>();
        for (const scope of scopes) {
          ids.set(scope, (await store({ ownerId, scopes: [scope] })).id);
        }
        for (const scope of scopes) {
          expect(await idsOf({ ownerId, scopesAllOf: [scope] })).toEqual([ids.get(scope)]);
          expect(await idsOf({ ownerId, scopesAnyOf: [scope] })).toEqual([ids.get(scope)]);
        }
        for (const scope of ["a b", " ", "", "%", "A", "a'", '"', "{", "a,b"]) {
          expect(await idsOf({ ownerId, scopesAllOf: [scope] })).toEqual([]);
        }
      });

      test("takes a searched name literally", async () => {
        const ownerId = owner();
        const names = [
          "100%",
          "100 percent",
          "a_b",
          "axb",
          "c\\d",
          "cd",
          "it's",
          'say "hi"',
          "ABC",
          "abc",
          "abc ",
          "äöü",
          "aou",
          "100\\%",
          "😀",
        ];
        const ids = new Map<string, string>();
        for (const one of names) ids.set(one, (await store({ ownerId, name: one })).id);
        const find = async (filter: ApiKeyFilter["name"]) =>
          idsOf({ ownerId, ...(filter === undefined ? {} : { name: filter }) });
        const of = (...found: string[]) => found.map((one) => ids.get(one)).sort();
        for (const one of names) expect(await find(one)).toEqual(of(one));
        expect(await find({ contains: "%" })).toEqual(of("100%", "100\\%"));
        expect(await find({ contains: "_" })).toEqual(of("a_b"));
        expect(await find({ contains: "\\" })).toEqual(of("c\\d", "100\\%"));
        expect(await find({ contains: "\\%" })).toEqual(of("100\\%"));
        expect(await find({ contains: "ö" })).toEqual(of("äöü"));
        expect(await find({ contains: "o", ignoreCase: true })).toEqual(of("aou"));
        expect(await find({ contains: "😀", ignoreCase: true })).toEqual(of("😀"));
        expect(await find({ contains: "'" })).toEqual(of("it's"));
        expect(await find({ contains: "bc" })).toEqual(of("abc", "abc "));
        expect(await find({ contains: "bC", ignoreCase: true })).toEqual(of("ABC", "abc", "abc "));
        expect(await find({ equals: "aBc", ignoreCase: true })).toEqual(of("ABC", "abc"));
        expect(await find({ equals: "ABC" })).toEqual(of("ABC"));
        expect(await find({ equals: "A_B", ignoreCase: true })).toEqual(of("a_b"));
        expect(await find({ contains: "a", equals: "abc" })).toEqual(of("abc"));
        expect(await find({ contains: "" })).toHaveLength(names.length);
      });

      test("tells owners apart by every character", async () => {
        const one = owner();
        const { id } = await store({ ownerId: one });
        await store({ ownerId: one.toUpperCase() });
        await store({ ownerId: `${one} ` });
        expect(await idsOf({ ownerId: one })).toEqual([id]);
        const nobody = await store({ ownerId: null, name: one });
        expect(await idsOf({ ownerId: null, name: one })).toEqual([nobody.id]);
      });

      test("compares times strictly and to the millisecond", async () => {
        const ownerId = owner();
        const at = (ms: number) => new Date(START + ms);
        const { id } = await store({
          ownerId,
          createdAt: at(5),
          expiresAt: at(5),
          lastUsedAt: at(5),
        });
        const never = await store({ ownerId, createdAt: at(50) });
        const find = async (filter: ApiKeyFilter) => idsOf({ ownerId, ...filter });
        expect(await find({ createdAfter: at(4), createdBefore: at(6) })).toEqual([id]);
        expect(await find({ createdAfter: at(5), createdBefore: at(6) })).toEqual([]);
        expect(await find({ createdBefore: at(5) })).toEqual([]);
        expect(await find({ expiresAfter: at(4) })).toEqual([id]);
        expect(await find({ expiresBefore: at(6) })).toEqual([id]);
        expect(await find({ expiresBefore: at(5) })).toEqual([]);
        expect(await find({ lastUsedAfter: at(4) })).toEqual([id]);
        expect(await find({ lastUsedBefore: at(6) })).toEqual([id]);
        expect(await find({ neverUsed: true })).toEqual([never.id]);
        expect(await find({ neverUsed: false })).toEqual([id]);
      });

      test("agrees with a model for any filter, order and page", async () => {
        const ownerId = owner();
        const records = examplePopulation(ownerId);
        for (const record of records) await repository.create(record);
        await fc.assert(
          fc.asyncProperty(
            anyFilter,
            anyOrder,
            fc.integer({ min: 1, max: 20 }),
            fc.nat(30),
            async (conditions, order, limit, offset) => {
              const filter = { ...conditions, ownerId };
              const expected = findInModel(records, filter, order);
              const page = await repository.find(filter, order, { limit, offset });
              expect(page.items).toEqual(expected.slice(offset, offset + limit));
              expect(page.nextCursor === null).toBe(offset + limit >= expected.length);
              expect(await repository.count(filter)).toBe(expected.length);
              expect(await walk(repository, filter, order, limit)).toEqual(expected);
            },
          ),
          { numRuns: subject.searches ?? 100 },
        );
        expect(
          records.filter((record) => matchesInModel(record, { isActive: false })).length,
        ).toBeGreaterThan(0);
      });

      test("goes on where a page ended while keys come and go", async () => {
        const ownerId = owner();
        const old = await Promise.all(
          Array.from({ length: 30 }, (_, index) =>
            store({ ownerId, createdAt: new Date(START + index * 10) }),
          ),
        );
        const order: ApiKeyOrder = { by: "createdAt", direction: "asc" };
        const first = await repository.find({ ownerId }, order, { limit: 10 });
        await repository.delete((old[9] as StoredApiKey).id);
        await repository.delete((old[0] as StoredApiKey).id);
        await store({ ownerId, createdAt: new Date(START + 1) });
        const newcomer = await store({ ownerId, createdAt: new Date(START + 151) });
        const rest = await walk(repository, { ownerId }, order, 7, first.nextCursor);
        const expected = [...old.slice(10, 16), newcomer, ...old.slice(16)];
        expect(rest.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      });

      test("walks every key once, in the order of any column, while others come and go", async () => {
        const ownerId = owner();
        for (const by of ORDER_COLUMNS) {
          for (const direction of ["asc", "desc"] as const) {
            const stay = await Promise.all(
              Array.from({ length: 12 }, (_, index) =>
                store({
                  ownerId,
                  name: `${by}-${direction}`,
                  createdAt: new Date(START + (index % 3)),
                  expiresAt: index % 3 === 0 ? null : new Date(START + (index % 2)),
                }),
              ),
            );
            const filter = { ownerId, name: `${by}-${direction}` };
            const seen: string[] = [];
            let after: string | null = null;
            let other = await store(filter);
            do {
              const page: Page<StoredApiKey> = await repository.find(
                filter,
                { by, direction },
                { limit: 5, ...(after === null ? {} : { after }) },
              );
              seen.push(...page.items.map(({ id }) => id));
              after = page.nextCursor;
              await repository.delete(other.id);
              other = await store(filter);
            } while (after !== null);
            for (const { id } of stay) expect(seen.filter((one) => one === id)).toEqual([id]);
            expect(new Set(seen).size).toBe(seen.length);
          }
        }
      });

      test("refuses a cursor that is not one, or of another order", async () => {
        const ownerId = owner();
        await store({ ownerId });
        await store({ ownerId });
        const { nextCursor } = await repository.find({ ownerId }, newestFirst, { limit: 1 });
        const after = nextCursor ?? "";
        expect(after).not.toBe("");
        for (const [order, cursor] of [
          [{ by: "name", direction: "desc" }, after],
          [{ by: "createdAt", direction: "asc" }, after],
          [newestFirst, "nonsense"],
          [newestFirst, Buffer.from("[1,2]").toString("base64url")],
          [newestFirst, cursorOf(["createdAt", "desc", 1e300, "id"])],
          [newestFirst, cursorOf(["createdAt", "desc", START, "\0"])],
          [newestFirst, cursorOf(["createdAt", "desc", "2026", "id"])],
        ] as const) {
          await expect(
            repository.find({ ownerId }, order, { limit: 1, after: cursor }),
          ).rejects.toMatchObject({ code: "validation_failed" });
        }
      });
    });
  });
}

function cursorOf(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString("base64url");
}

function isConflict(error: unknown): boolean {
  return isApiKeyError(error) && error.code === new ConflictError().code;
}

async function walk(
  repository: ApiKeyRepository,
  filter: ApiKeyFilter,
  order: ApiKeyOrder,
  limit: number,
  start: string | null = null,
): Promise<StoredApiKey[]> {
  const found: StoredApiKey[] = [];
  let after = start;
  do {
    const page = await repository.find(filter, order, {
      limit,
      ...(after === null ? {} : { after }),
    });
    found.push(...page.items);
    after = page.nextCursor;
  } while (after !== null);
  return found;
}

/** Few distinct values, so that ties and empty results are common. */
function examplePopulation(ownerId: string): StoredApiKey[] {
  const pick = <Value>(values: readonly Value[], seed: number): Value =>
    values[seed % values.length] as Value;
  const time = (step: number) => new Date(START + step * 1_000);
  return Array.from({ length: 60 }, (_, index) =>
    exampleRecord({
      ownerId,
      name: pick(["alpha", "beta", "beta 2", "gamma", "delta"], index * 7),
      scopes: pick([[], ["a"], ["a", "b"], ["b"], ["a:b"], ["a", "a:b", "c"]], index * 5 + 1),
      isActive: index % 3 !== 0,
      createdAt: time(index % 7),
      updatedAt: time(index % 4),
      expiresAt: pick([null, time(1), time(2), time(3)], index),
      lastUsedAt: pick([null, null, time(1), time(2), time(4)], index * 3),
    }),
  );
}

/** JSON as the service lets it through: text without NUL or lone surrogates, no field called `__proto__`. */
const anyMetadata = fc
  .dictionary(
    fc.string({ unit: "binary" }).map(withoutNul),
    fc
      .jsonValue({ stringUnit: "binary" })
      .map((value) => JSON.parse(withoutNul(JSON.stringify(value)))),
    { maxKeys: 5, noNullPrototype: true },
  )
  .map(
    (metadata): JsonObject =>
      JSON.parse(JSON.stringify(metadata).replaceAll('"__proto__":', '"proto":')),
  );

/** With numbers of 15 digits, which any binary64 keeps in decimal; the greatest ones would round to infinity. */
function withShortNumbers(metadata: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(metadata), (_, value: unknown) => {
    if (typeof value !== "number") return value;
    const short = Number(value.toPrecision(15));
    return Number.isFinite(short) ? short : 0;
  });
}

function withoutNul(text: string): string {
  return text.replaceAll("\0", "").replaceAll("\\u0000", "");
}

const anyTime = fc.integer({ min: 0, max: 7 }).map((step) => new Date(START + step * 1_000));
const anyScopes = fc.subarray(["a", "b", "a:b", "c", "A"]);

const anyFilter = fc.record(
  {
    isActive: fc.boolean(),
    name: fc.oneof(
      fc.constantFrom("alpha", "beta", "BETA", "none"),
      fc.record(
        {
          contains: fc.constantFrom("a", "ET", " ", "2"),
          equals: fc.constantFrom("beta", "BETA"),
          ignoreCase: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    ),
    createdBefore: anyTime,
    createdAfter: anyTime,
    expiresBefore: anyTime,
    expiresAfter: anyTime,
    lastUsedBefore: anyTime,
    lastUsedAfter: anyTime,
    neverUsed: fc.boolean(),
    scopesAllOf: anyScopes,
    scopesAnyOf: anyScopes,
  },
  { requiredKeys: [] },
);

const anyOrder: fc.Arbitrary<ApiKeyOrder> = fc.record({
  by: fc.constantFrom(...ORDER_COLUMNS),
  direction: fc.constantFrom("asc", "desc"),
});
