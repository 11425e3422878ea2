import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isApiKeyError } from "../src/index.js";
import { countedService } from "./counting.js";

const { service } = countedService();
const createdFirst = await service.create({ name: "n" });
const { key } = createdFirst;

const CODES = ["missing_key", "malformed_key", "checksum_mismatch", "invalid_key"];

async function expectCleanRefusal(presented: unknown): Promise<void> {
  const result = await service.safeVerifyKey(presented);
  expect(result.ok ? "accepted" : result.code).toSatisfy((code: string) => CODES.includes(code));
  const error = await service.verifyKey(presented).catch((thrown: unknown) => thrown);
  expect(isApiKeyError(error)).toBe(true);
  if (typeof presented === "string" && presented.length > 20) {
    expect((error as Error).message).not.toContain(presented);
  }
}

test("any string is refused cleanly", async () => {
  await fc.assert(fc.asyncProperty(fc.string({ unit: "binary" }), expectCleanRefusal));
});

test("any value is refused cleanly", async () => {
  await fc.assert(fc.asyncProperty(fc.anything(), expectCleanRefusal));
});

test("a good key with anything changed in it is refused cleanly", async () => {
  const mutated = fc
    .tuple(fc.nat(key.length), fc.nat(3), fc.string({ unit: "binary", maxLength: 5 }))
    .map(([at, cut, insert]) => key.slice(0, at) + insert + key.slice(at + cut))
    .filter((text) => text !== key);
  await fc.assert(fc.asyncProperty(mutated, expectCleanRefusal), { numRuns: 1_000 });
});

test.each([
  ["megabytes", "ak-".repeat(3_000_000)],
  ["megabytes after a good start", key + "a".repeat(5_000_000)],
  ["lone surrogates", `${key.slice(0, -1)}\ud800`],
  ["NULs", `${key}\0`],
  ["another spelling", key.normalize("NFKD").toUpperCase()],
  ["full-width digits", key.replace(/\d/, "５")],
  ["__proto__", "__proto__"],
  ["constructor", "ak-constructor00000-toString"],
  ["a prototype's name of the right length", `ak-hasOwnProperty0-${key.slice(20)}`],
  ["white space", ` ${key}`],
  ["quotes", `"${key}"`],
])("%s: refused cleanly", async (_, text) => {
  await expectCleanRefusal(text);
});

test("and the good key is good all the while", async () => {
  expect((await service.safeVerifyKey(key)).ok).toBe(true);
});

describe("whatever is handed to a method that manages keys", () => {
  const { apiKey } = createdFirst;
  const odd = fc.anything({ withDate: true, withMap: true, withNullPrototype: true, maxDepth: 3 });
  const named = (...fields: string[]) =>
    fc.record(Object.fromEntries(fields.map((field) => [field, odd])), { requiredKeys: [] });
  const calls: [string, fc.Arbitrary<unknown>, (input: never) => Promise<unknown>][] = [
    ["create", odd, (input) => service.create(input)],
    [
      "create (fields)",
      named("name", "scopes", "metadata", "expiresAt", "key"),
      (input) => service.create(input),
    ],
    ["update", odd, (input) => service.update(apiKey.id, input)],
    [
      "update (fields)",
      named("name", "scopes", "metadata", "isActive"),
      (input) => service.update(apiKey.id, input),
    ],
    ["update (options)", odd, (input) => service.update(apiKey.id, {}, input)],
    ["find", odd, (input) => service.find(input)],
    [
      "find (fields)",
      named("filter", "orderBy", "direction", "limit", "after"),
      (input) => service.find(input),
    ],
    [
      "find (filter)",
      named("name", "ownerId", "isActive", "createdAfter", "scopesAnyOf"),
      (input) => service.find({ filter: input }),
    ],
    ["count", odd, (input) => service.count(input)],
    [
      "rotate (options)",
      named("overlapMs", "expiresAt", "other"),
      (input) => service.rotate("none", input),
    ],
    ["loadEnv", odd, (input) => service.loadEnv(input)],
    [
      "loadEnv (fields)",
      named("prefix", "env", "except", "scopes"),
      (input) => service.loadEnv(input),
    ],
    ["verify (options)", odd, (input) => service.safeVerifyKey("nonsense", input)],
  ];
  test.each(calls)("%s does it or says in our own words why not", async (_, inputs, call) => {
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const error = await call(input as never).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toSatisfy(isApiKeyError);
        if (error !== undefined)
          expect(error).not.toMatchObject({ code: "repository_unavailable" });
      }),
      { numRuns: 300 },
    );
  });
});
