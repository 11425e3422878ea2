import { expect, test } from "vitest";
import {
  ConfigurationError,
  ExpiredKeyError,
  InsufficientScopeError,
  MissingKeyError,
} from "../errors/index.js";
import { challenge, requireRealm } from "./challenge.js";
import { toProblem } from "./problem.js";

test("a request without credentials is told of no error", () => {
  expect(challenge("api", toProblem(new MissingKeyError()))).toBe('Bearer realm="api"');
});

test("a bad key is an invalid token", () => {
  expect(challenge("api", toProblem(new ExpiredKeyError()))).toBe(
    'Bearer realm="api", error="invalid_token", error_description="The API key has expired. Ask for a new one."',
  );
});

test("a missing scope is named", () => {
  const problem = toProblem(new InsufficientScopeError(["a:read"], ["b:read", "c:read"]));
  expect(challenge("api", problem)).toBe(
    'Bearer realm="api", error="insufficient_scope", error_description="The API key lacks a scope. It needs all of: a:read, and one of: b:read c:read.", scope="a:read b:read c:read"',
  );
});

test("a realm is quoted", () => {
  expect(challenge('the "best" \\ api', toProblem(new MissingKeyError()))).toBe(
    'Bearer realm="the \\"best\\" \\\\ api"',
  );
});

test.each(["", "a\r\nSet-Cookie: x", "é", 7, "a".repeat(256)])("%j is no realm", (realm) => {
  expect(() => requireRealm(realm)).toThrow(ConfigurationError);
});
