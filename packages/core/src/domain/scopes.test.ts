import { expect, test } from "vitest";
import { coversScopes, SCOPE_PATTERN, WILDCARD_SCOPE_PATTERN } from "./scopes.js";

const covers = (granted: string[], scopes: string[], anyScope: string[] = [], wildcards = false) =>
  coversScopes(granted, { scopes, anyScope }, wildcards);

test.each<[string[], string[], string[], boolean]>([
  [[], [], [], true],
  [["a"], ["a"], [], true],
  [["a", "b"], ["a", "b"], [], true],
  [["a"], ["a", "b"], [], false],
  [["a"], [], ["b", "a"], true],
  [["a"], [], ["b", "c"], false],
  [["a"], ["a"], ["b"], false],
  [["b"], ["a"], ["b"], false],
  [["*"], ["a"], [], false],
  [["a:*"], ["a:b"], [], false],
])("%j covers all of %j and one of %j: %s", (granted, scopes, anyScope, isCovered) => {
  expect(covers(granted, scopes, anyScope)).toBe(isCovered);
});

test.each<[string, string, boolean]>([
  ["*", "a", true],
  ["*", "a:b", true],
  ["a:*", "a:b", true],
  ["a:*", "a:b:c", true],
  ["a:*", "a", false],
  ["a:*", "ab:c", false],
  ["a:*", "b:a:c", false],
  ["a*", "ab", false],
  ["a:b", "a:b:c", false],
  ["a:b*", "a:bc", false],
])("with wildcards, %s covers %s: %s", (granted, scope, isCovered) => {
  expect(covers([granted], [scope], [], true)).toBe(isCovered);
  expect(covers(["other", granted], [], ["none", scope], true)).toBe(isCovered);
});

test.each<[string, boolean, boolean]>([
  ["a", true, false],
  ["a:b:c", true, false],
  ["a0_.-:0", true, false],
  ["*", false, true],
  ["a:*", false, true],
  ["a:b:*", false, true],
  ["a*", false, false],
  ["*:a", false, false],
  ["**", false, false],
  ["a:**", false, false],
  [":*", false, false],
  ["a:", false, false],
  [":a", false, false],
  ["a::b", false, false],
  ["-a", false, false],
  ["A", false, false],
  ["a b", false, false],
  ["a\n", false, false],
  ["", false, false],
])("%j is a scope: %s, a wildcard: %s", (text, isScope, isWildcard) => {
  expect(SCOPE_PATTERN.test(text)).toBe(isScope);
  expect(WILDCARD_SCOPE_PATTERN.test(text)).toBe(isWildcard);
});
