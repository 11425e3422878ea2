import { expect, test } from "vitest";
import { ValidationError } from "../errors/index.js";
import { requireScopes } from "./scope-requirement.js";

test("what is not asked for is not required", () => {
  expect(requireScopes({})).toEqual({ scopes: [], anyScope: [] });
  expect(requireScopes({ scopes: ["a"] })).toEqual({ scopes: ["a"], anyScope: [] });
  expect(requireScopes({ anyScope: ["a:b"] })).toEqual({ scopes: [], anyScope: ["a:b"] });
});

const RULE =
  "each scope must be lower-case segments of a-z 0-9 _ . - joined by colons, as in orders:read";

test.each<[unknown, string, string]>([
  [null, "", "must be an object"],
  ["a", "", "must be an object"],
  [undefined, "", "must be an object"],
  [{ scope: ["a"] }, "scope", "no such option"],
  [{ scopes: "a" }, "scopes", "must be a list of scopes"],
  [{ anyScope: { 0: "a" } }, "anyScope", "must be a list of scopes"],
  [{ anyScope: [] }, "anyScope", "must name at least one scope"],
  [{ scopes: ["a", 5] }, "scopes", RULE],
  [{ scopes: ["A"] }, "scopes", RULE],
  [{ anyScope: ["a", "*"] }, "anyScope", RULE],
  [{ scopes: ["a".repeat(129)] }, "scopes", RULE],
])("%j is refused by name", (options, field, message) => {
  const error = (() => {
    try {
      return requireScopes(options as object);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ValidationError);
  expect((error as ValidationError).issues).toEqual([{ field, message }]);
});

test("the longest scope is taken, and each is judged anew however many came before", () => {
  expect(requireScopes({ scopes: ["a".repeat(128)] }).scopes).toHaveLength(1);
  for (let index = 0; index < 1_100; index += 1) requireScopes({ scopes: [`scope:${index}`] });
  expect(requireScopes({ scopes: ["scope:1", "another:one"] }).scopes).toHaveLength(2);
  expect(() => requireScopes({ scopes: ["Another"] })).toThrow(ValidationError);
});
