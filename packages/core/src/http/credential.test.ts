import { describe, expect, test } from "vitest";
import { type CredentialReading, readCredential } from "./credential.js";
import type { HttpHeaders } from "./headers.js";

const key = (value: string): CredentialReading => ({ kind: "key", key: value });
const NONE: CredentialReading = { kind: "none" };
const AMBIGUOUS: CredentialReading = { kind: "ambiguous" };
/** Present, and no key: a service refuses it as malformed. */
const UNREADABLE = key("?");

const cases: readonly [string, readonly (readonly [string, string])[], CredentialReading][] = [
  ["nothing", [], NONE],
  ["a bearer token", [["Authorization", "Bearer k"]], key("k")],
  ["a scheme in any case", [["AUTHORIZATION", "bEARER k"]], key("k")],
  ["several spaces after the scheme", [["authorization", "Bearer   k"]], key("k")],
  ["another scheme", [["Authorization", "Basic k"]], NONE],
  ["a scheme that begins like ours", [["Authorization", "Bearerish k"]], NONE],
  ["the header", [["X-API-Key", "k"]], key("k")],
  [
    "another scheme and the header",
    [
      ["Authorization", "Basic dTpw"],
      ["x-api-key", "k"],
    ],
    key("k"),
  ],
  [
    "the same key in two places",
    [
      ["Authorization", "Bearer k"],
      ["X-API-Key", "k"],
    ],
    key("k"),
  ],
  [
    "two keys that differ",
    [
      ["Authorization", "Bearer k"],
      ["X-API-Key", "other"],
    ],
    AMBIGUOUS,
  ],
  [
    "a key, and an empty header",
    [
      ["Authorization", "Bearer k"],
      ["X-API-Key", ""],
    ],
    AMBIGUOUS,
  ],
  ["a list of credentials", [["Authorization", "Bearer a, Bearer b"]], AMBIGUOUS],
  ["a list of keys", [["X-API-Key", "a,b"]], AMBIGUOUS],
  ["a scheme alone", [["Authorization", "Bearer"]], UNREADABLE],
  ["a scheme and spaces", [["Authorization", "Bearer  "]], UNREADABLE],
  ["an empty header", [["X-API-Key", ""]], UNREADABLE],
  ["a tab after the scheme", [["Authorization", "Bearer\tk"]], key("Bearer\tk")],
  ["a very long token", [["Authorization", `Bearer ${"k".repeat(100_000)}`]], UNREADABLE],
  ["a very long value of spaces", [["Authorization", `Bearer${" ".repeat(100_000)}k`]], UNREADABLE],
  ["a very long header", [["X-API-Key", "k".repeat(100_000)]], UNREADABLE],
];

/** The same request in each form that a framework may have it in. */
const forms: readonly [string, (lines: readonly (readonly [string, string])[]) => HttpHeaders][] = [
  ["raw headers", (lines) => lines.flat()],
  ["a record", (lines) => Object.fromEntries(lines)],
  ["a record of lists", (lines) => Object.fromEntries(lines.map(([name, one]) => [name, [one]]))],
  ["Headers", (lines) => new Headers(lines.map(([name, value]) => [name, value]))],
];

describe.each(forms)("from %s:", (_, form) => {
  test.each(cases)("%s", (_name, lines, expected) => {
    expect(readCredential({ headers: form(lines) })).toEqual(expected);
  });
});

describe("a header that is sent twice is ambiguous, even with the same value:", () => {
  test.each<[string, HttpHeaders]>([
    ["raw", ["Authorization", "Bearer k", "authorization", "Bearer k"]],
    ["raw, other schemes", ["Authorization", "Basic k", "Host", "h", "Authorization", "Bearer k"]],
    ["raw, the other header", ["X-API-Key", "k", "x-api-key", "k"]],
    ["a record", { authorization: ["Bearer k", "Bearer k"] }],
    ["a record with two spellings", { authorization: "Bearer k", Authorization: "Bearer k" }],
    [
      "joined by Headers",
      new Headers([
        ["x-api-key", "k"],
        ["X-API-Key", "k"],
      ]),
    ],
  ])("%s", (_, headers) => {
    expect(readCredential({ headers })).toEqual(AMBIGUOUS);
  });
});

describe("a record", () => {
  test("may hold names of Object.prototype, and lists of nothing", () => {
    const headers = JSON.parse(
      '{"__proto__": "x", "constructor": "x", "get": "x", "x-api-key": []}',
    );
    expect(readCredential({ headers })).toEqual(NONE);
  });

  test("shows only its own values", () => {
    expect(readCredential({ headers: Object.create({ authorization: "Bearer k" }) })).toEqual(NONE);
  });
});

describe("the query parameter", () => {
  const options = { queryParameter: "api_key" };
  const read = (url: string | undefined, headers: HttpHeaders = []) =>
    readCredential({ headers, url }, options);

  test("is not looked at unless asked for", () => {
    expect(readCredential({ headers: [], url: "/?api_key=k" })).toEqual(NONE);
  });

  test.each([
    ["/path?a=b&api_key=k", key("k")],
    ["https://example.org/?api_key=k#api_key=other", key("k")],
    ["/path?api%5Fkey=%6B", key("k")],
    ["/path?API_KEY=k", NONE],
    ["/path", NONE],
    [undefined, NONE],
    ["/path?api_key=", UNREADABLE],
    ["/path?api_key=k&api_key=k", AMBIGUOUS],
  ])("%s", (url, expected) => {
    expect(read(url)).toEqual(expected);
  });

  test("must not contradict a header", () => {
    expect(read("/?api_key=k", ["X-API-Key", "k"])).toEqual(key("k"));
    expect(read("/?api_key=k", ["X-API-Key", "other"])).toEqual(AMBIGUOUS);
  });
});

test("another header can be named", () => {
  const headers = ["Api-Token", "k", "X-API-Key", "ignored"];
  expect(readCredential({ headers }, { header: "API-TOKEN" })).toEqual(key("k"));
});
