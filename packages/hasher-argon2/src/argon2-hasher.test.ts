import { ConfigurationError } from "@apikey/core";
import { testHasher } from "@apikey/testing";
import * as argon2 from "@node-rs/argon2";
import { describe, expect, test } from "vitest";
import reference from "../../../vectors/python-reference.json" with { type: "json" };
import { Argon2Hasher, type Argon2HasherOptions } from "./index.js";

const cheap = { memoryKiB: 64, iterations: 1 };

testHasher("Argon2Hasher", {
  make: (pepper) => new Argon2Hasher({ ...cheap, pepper }),
  foreignHashes: ["$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"],
  makeCheaper: (pepper) => new Argon2Hasher({ memoryKiB: 32, iterations: 1, pepper }),
});

describe("hashes of the Python reference", () => {
  const keys = reference.keys.map((key) => [key.pepper, key.secret, key.argon2] as const);

  test.each(keys)(
    "match with pepper %s, and are to be made again",
    async (pepper, secret, hash) => {
      const hasher = new Argon2Hasher({ ...cheap, pepper: ["new", pepper], pythonReference: true });
      expect(await hasher.verify(hash, secret)).toEqual({ outdated: true });
      expect(await hasher.verify(hash, `${secret}x`)).toBe(false);
    },
  );

  test.each(keys)("do not match unless asked for (%s)", async (pepper, secret, hash) => {
    expect(await new Argon2Hasher({ ...cheap, pepper }).verify(hash, secret)).toBe(false);
  });
});

test("new hashes are Argon2id with OWASP's minimum unless configured otherwise", async () => {
  const hash = await new Argon2Hasher({ pepper: "p" }).hash("secret");
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test("the pepper is Argon2's secret input", async () => {
  const hash = await new Argon2Hasher({ ...cheap, pepper: "p" }).hash("secret");
  expect(await argon2.verify(hash, "secret", { secret: Buffer.from("p") })).toBe(true);
  expect(await argon2.verify(hash, "secret")).toBe(false);
});

test("a hash made with higher costs than configured is not outdated", async () => {
  const dear = new Argon2Hasher({ memoryKiB: 128, iterations: 2, pepper: "p" });
  const hasher = new Argon2Hasher({ ...cheap, pepper: "p" });
  expect(await hasher.verify(await dear.hash("secret"), "secret")).toEqual({ outdated: false });
});

test.each([
  "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$v=19$m=64,t=4294967295,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2id$v=19$m=64,t=0,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
])("a stored hash of absurd or foreign parameters never matches: %s", async (hash) => {
  expect(await new Argon2Hasher({ ...cheap, pepper: "p" }).verify(hash, "secret")).toBe(false);
});

test.each<[string, unknown]>([
  ["memoryKiB", { memoryKiB: 7 }],
  ["memoryKiB", { memoryKiB: 2 ** 32 }],
  ["memoryKiB", { memoryKiB: 15, parallelism: 2 }],
  ["iterations", { iterations: 0 }],
  ["parallelism", { parallelism: 1.5 }],
  ["hashLength", { hashLength: 8 }],
  ["pythonReference", { pythonReference: "yes" }],
  ["memory", { memory: 5 }],
  ["pepper", { pepper: "" }],
])("a wrong %s is refused by name", (name, options) => {
  const make = () => new Argon2Hasher({ pepper: "p", ...(options as Argon2HasherOptions) });
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(name);
});
