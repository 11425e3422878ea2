import { ConfigurationError } from "@apikey/core";
import { testHasher } from "@apikey/testing";
import bcrypt from "bcryptjs";
import { afterAll, expect, test, vi } from "vitest";
import { BcryptHasher, type BcryptHasherOptions } from "./index.js";

testHasher("BcryptHasher", {
  make: (pepper) => new BcryptHasher({ cost: 5, pepper }),
  foreignHashes: [
    "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  ],
  makeCheaper: (pepper) => new BcryptHasher({ cost: 4, pepper }),
});

const hasher = new BcryptHasher({ cost: 4, pepper: "p" });
afterAll(() => hasher.close());

test("nothing is computed on the calling thread", async () => {
  const here = [
    vi.spyOn(bcrypt, "hash"),
    vi.spyOn(bcrypt, "hashSync"),
    vi.spyOn(bcrypt, "compare"),
    vi.spyOn(bcrypt, "compareSync"),
  ];
  let turns = 0;
  const ticking = setInterval(() => {
    turns += 1;
  }, 1);
  const hash = await new BcryptHasher({ cost: 12, pepper: "p", threads: 1 }).hash("secret");
  clearInterval(ticking);
  expect(hash).toMatch(/^\$2b\$12\$/);
  // A computation on this thread would leave the timer no turn, or one for each of bcryptjs's slices of 100 ms.
  expect(turns).toBeGreaterThan(10);
  for (const spy of here) expect(spy).not.toHaveBeenCalled();
});

test("the default cost is 12", async () => {
  const standard = new BcryptHasher({ pepper: "p" });
  expect(await standard.hash("secret")).toMatch(/^\$2b\$12\$/);
  await standard.close();
});

test("works again after it was closed", async () => {
  const hash = await hasher.hash("secret");
  await hasher.close();
  expect(await hasher.verify(hash, "secret")).toEqual({ outdated: false });
});

test.each(["$2b$31$", "$2b$17$", "$2b$03$", "$2b$99$"])(
  "a stored hash of absurd cost never matches: %s",
  async (start) => {
    const hash = await hasher.hash("secret");
    expect(await hasher.verify(start + hash.slice(start.length), "secret")).toBe(false);
  },
);

test.each<[string, unknown]>([
  ["cost", { cost: 3 }],
  ["cost", { cost: 32 }],
  ["cost", { cost: "12" }],
  ["threads", { threads: 0 }],
  ["rounds", { rounds: 12 }],
  ["pepper", { pepper: "" }],
])("a wrong %s is refused by name", (name, options) => {
  const make = () => new BcryptHasher({ pepper: "p", ...(options as BcryptHasherOptions) });
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(name);
});
