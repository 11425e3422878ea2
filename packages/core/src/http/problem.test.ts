import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import {
  CacheUnavailableError,
  ConfigurationError,
  ConflictError,
  HasherFailedError,
  KeyNotFoundError,
  OverloadedError,
  RepositoryUnavailableError,
  ServiceClosedError,
  ValidationError,
  VersionConflictError,
} from "../errors/index.js";
import { answerTo } from "./answer.js";
import { toProblem } from "./problem.js";

const SECRET = "postgres://user:password@db.internal";

describe("each error has its status:", () => {
  test.each([
    [new ValidationError([{ field: "name", message: "is required" }]), 400],
    [new KeyNotFoundError(), 404],
    [new ConflictError(), 409],
    [new VersionConflictError(), 409],
    [new ConfigurationError(SECRET), 500],
    [new OverloadedError(1), 503],
    [new RepositoryUnavailableError({ cause: new Error(SECRET) }), 503],
    [new CacheUnavailableError({ cause: new Error(SECRET) }), 503],
    [new HasherFailedError({ cause: new Error(SECRET) }), 503],
    [new ServiceClosedError(), 503],
    [new Error(SECRET), 500],
    [undefined, 500],
    [SECRET, 500],
  ])("%s: %i", (error, status) => {
    const answer = answerTo(error);
    expect(answer.status).toBe(status);
    expect(answer.problem).toEqual(toProblem(error));
    expect(answer.problem.type).toBe(`urn:apikey:problem:${answer.problem.code}`);
    expect(JSON.parse(answer.body)).toEqual(answer.problem);
    expect(answer.headers["Content-Type"]).toBe("application/problem+json");
    expect(answer.headers["Cache-Control"]).toBe("no-store");
    expect("Retry-After" in answer.headers).toBe(status === 503);
    expect(inspect(answer, { depth: 9 })).not.toContain("password");
  });
});

test("a validation problem names each field", () => {
  const issues = [
    { field: "name", message: "is required" },
    { field: "scopes.1", message: "must be text" },
  ];
  expect(toProblem(new ValidationError(issues)).issues).toEqual(issues);
});

test.each([
  [1, "1"],
  [1_000, "1"],
  [1_001, "2"],
  [90_000, "90"],
])("an overload of %i ms says to come back in %s s: rounded up, never 0", (ms, seconds) => {
  expect(answerTo(new OverloadedError(ms)).headers["Retry-After"]).toBe(seconds);
});
