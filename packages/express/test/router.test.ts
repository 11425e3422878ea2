import { ConfigurationError, VersionConflictError } from "@apikey/core";
import type { Request, Response } from "express";
import { describe, expect, test, vi } from "vitest";
import { apiKeyRouter } from "../src/index.js";
import { majors } from "./majors.js";
import { type Answer, call, manage } from "./management.js";
import { serve } from "./server.js";
import { breakable, openService } from "./service.js";

const problem = ({ status, body, headers }: Answer) => {
  expect(headers.get("content-type")).toBe("application/problem+json");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(body.status).toBe(status);
  return [status, body.code];
};
const fields = ({ body }: Answer) => body.issues.map(({ field }: { field: string }) => field);
const MISSING = "/3c3c3c3c-0000-4000-8000-000000000000";

describe.each(majors)("%s: the management API", (_, express) => {
  test("creates a key and shows it once", async () => {
    const service = openService();
    const api = await manage(express, service);
    const input = {
      name: "CI",
      description: "builds",
      ownerId: "tenant-7",
      scopes: ["builds:write", "builds:read"],
      metadata: { plan: { tier: 1 } },
      expiresAt: "2099-01-31T12:00:00.000Z",
    };
    const created = await api("POST", "", input);
    expect(created.status).toBe(201);
    const { apiKey, key } = created.body;
    expect(created.headers.get("location")).toBe(`/keys/${apiKey.id}`);
    expect(created.headers.get("etag")).toBe('"1"');
    expect(created.headers.get("cache-control")).toBe("no-store");
    expect(apiKey).toMatchObject({ ...input, scopes: ["builds:read", "builds:write"], version: 1 });
    expect((await service.verifyKey(key)).id).toBe(apiKey.id);
    const read = await api("GET", `/${apiKey.id}`);
    expect(read.status).toBe(200);
    expect(Object.keys(read.body).sort()).toEqual(
      "createdAt description expiresAt hint id isActive keyId lastUsedAt metadata name ownerId scopes updatedAt version".split(
        " ",
      ),
    );
    expect(JSON.stringify(read.body)).not.toContain(key.slice(-20));
  });

  test("reads, changes, deactivates, activates and deletes a key; verification follows at once", async () => {
    const service = openService();
    const api = await manage(express, service);
    const { key, apiKey } = await service.create({ name: "n", scopes: ["a"] });
    const path = `/${apiKey.id}`;
    const verify = async () => (await service.safeVerifyKey(key, { scopes: ["b"] })).ok;
    expect(await verify()).toBe(false);
    const updated = await api("PATCH", path, { scopes: ["b"], name: "m" });
    expect(updated.status).toBe(200);
    expect(updated.headers.get("etag")).toBe('"2"');
    expect(updated.body).toMatchObject({ name: "m", scopes: ["b"], version: 2 });
    expect(await verify()).toBe(true);
    expect((await api("POST", `${path}/deactivate`)).body.isActive).toBe(false);
    expect(await verify()).toBe(false);
    expect((await api("POST", `${path}/activate`)).body.isActive).toBe(true);
    expect(await verify()).toBe(true);
    const removed = await api("DELETE", path);
    expect([removed.status, removed.body]).toEqual([204, undefined]);
    expect(await verify()).toBe(false);
    expect(problem(await api("GET", path))).toEqual([404, "key_not_found"]);
  });

  test("rotates a key, with and without an overlap", async () => {
    const service = openService();
    const api = await manage(express, service);
    const old = await service.create({ name: "n", scopes: ["a"] });
    const first = await api("POST", `/${old.apiKey.id}/rotate`, { overlapMs: 60_000 });
    expect(first.status).toBe(201);
    expect(first.headers.get("location")).toBe(`/keys/${first.body.apiKey.id}`);
    expect(first.body.previous.id).toBe(old.apiKey.id);
    expect((await service.safeVerifyKey(old.key)).ok).toBe(true);
    const second = await api("POST", `/${first.body.apiKey.id}/rotate`);
    expect((await service.safeVerifyKey(first.body.key)).ok).toBe(false);
    expect((await service.safeVerifyKey(second.body.key, { scopes: ["a"] })).ok).toBe(true);
    expect(problem(await api("POST", `/${first.body.apiKey.id}/rotate`))).toEqual([
      400,
      "validation_failed",
    ]);
  });

  test("lists by every condition, page by page, with links", async () => {
    const service = openService();
    const api = await manage(express, service);
    for (let index = 0; index < 5; index += 1) {
      await service.create({
        name: `Key ${index}`,
        ownerId: index % 2 === 0 ? "even" : null,
        scopes: [`s${index}`, "all"],
        isActive: index !== 4,
      });
    }
    const names = async (query: string) =>
      (await api("GET", query)).body.items.map(({ name }: { name: string }) => name);
    const sorted = "orderBy=name&direction=asc";
    expect(await names(`?${sorted}`)).toHaveLength(5);
    expect(await names(`?${sorted}&ownerId=even&isActive=true`)).toEqual(["Key 0", "Key 2"]);
    expect(await names(`?${sorted}&ownerId=`)).toEqual(["Key 1", "Key 3"]);
    expect(await names("?name=Key+1")).toEqual(["Key 1"]);
    expect(await names("?nameContains=kEY&ignoreCase=true&limit=1000")).toHaveLength(5);
    expect(await names("?nameContains=kEY")).toEqual([]);
    expect(await names("?scopesAllOf=s1&scopesAllOf=all")).toEqual(["Key 1"]);
    expect(await names(`?${sorted}&scopesAnyOf=s1&scopesAnyOf=s2`)).toEqual(["Key 1", "Key 2"]);
    expect(await names("?neverUsed=false")).toEqual([]);
    expect(await names("?createdAfter=2099-01-01T00:00:00Z")).toEqual([]);
    expect(await names(`?${sorted}&offset=3`)).toEqual(["Key 3", "Key 4"]);

    const walked: string[] = [];
    let path: string | undefined = `?${sorted}&limit=2`;
    while (path !== undefined) {
      const page: Answer = await api("GET", path);
      walked.push(...page.body.items.map(({ name }: { name: string }) => name));
      const link = page.headers.get("link") ?? "";
      expect(link).toContain(`</keys?${sorted.replace("&", "&")}&limit=2>; rel="first"`);
      path = /<\/keys([^>]*)>; rel="next"/.exec(link)?.[1];
      expect(path === undefined).toBe(page.body.nextCursor === null);
    }
    expect(walked).toEqual([0, 1, 2, 3, 4].map((index) => `Key ${index}`));
  });

  test("searches and counts by the body", async () => {
    const service = openService();
    const api = await manage(express, service);
    await service.create({ name: "one", ownerId: "o" });
    await service.create({ name: "two" });
    const found = await api("POST", "/search", {
      filter: { name: { contains: "O", ignoreCase: true }, createdAfter: "2020-01-01T00:00:00Z" },
      orderBy: "name",
      direction: "asc",
      limit: 1,
    });
    expect(found.status).toBe(200);
    expect(found.body.items).toMatchObject([{ name: "one" }]);
    const { nextCursor: after } = found.body;
    const filter = { name: { contains: "O", ignoreCase: true } };
    const rest = await api("POST", "/search", { filter, orderBy: "name", direction: "asc", after });
    expect(rest.body).toMatchObject({ items: [{ name: "two" }], nextCursor: null });
    expect((await api("POST", "/count", { filter: { ownerId: null } })).body).toEqual({ count: 1 });
    expect((await api("POST", "/count")).body).toEqual({ count: 2 });
    expect((await api("POST", "/count", { filter: { name: "two" } })).body).toEqual({ count: 1 });
  });

  test("verifies a key for its caller", async () => {
    const service = openService();
    const api = await manage(express, service);
    const { key, apiKey } = await service.create({ name: "n", scopes: ["a"] });
    const verify = async (body: object) => (await api("POST", "/verify", body)).body;
    expect(await verify({ key, scopes: ["a"] })).toMatchObject({
      valid: true,
      apiKey: { id: apiKey.id },
    });
    expect(await verify({ key, anyScope: ["b", "c"] })).toEqual({
      valid: false,
      code: "insufficient_scope",
    });
    expect(await verify({ key: "nonsense" })).toEqual({ valid: false, code: "malformed_key" });
    expect(await verify({ key: "" })).toEqual({ valid: false, code: "missing_key" });
    await service.deactivate(apiKey.id);
    expect(await verify({ key })).toEqual({ valid: false, code: "disabled_key" });
  });

  describe("If-Match:", () => {
    const change = ["PATCH", "DELETE", "activate", "deactivate", "rotate"] as const;

    test.each(change)("%s heeds it", async (name) => {
      const service = openService();
      const api = await manage(express, service);
      const { apiKey } = await service.create({ name: "n" });
      await service.update(apiKey.id, { name: "m" });
      const [method, path] = name === name.toUpperCase() ? [name, ""] : ["POST", `/${name}`];
      const body = name === "PATCH" ? { name: "o" } : undefined;
      const send = (ifMatch: string, id = `/${apiKey.id}`) =>
        api(method, id + path, body, { "if-match": ifMatch });
      for (const lost of ['"1"', 'W/"2"', '"1", "3"', '""']) {
        expect(problem(await send(lost))).toEqual([412, "precondition_failed"]);
      }
      const malformed = await send("2");
      expect(problem(malformed)).toEqual([400, "validation_failed"]);
      expect(fields(malformed)).toEqual(["If-Match"]);
      expect(problem(await send("*", MISSING))).toEqual([404, "key_not_found"]);
      expect((await service.getById(apiKey.id)).version).toBe(2);
      expect((await send('"1" , "2"')).status).toBeLessThan(300);
    });

    test("* holds for any version", async () => {
      const service = openService();
      const api = await manage(express, service);
      const { apiKey } = await service.create({ name: "n" });
      const answer = await api("PATCH", `/${apiKey.id}`, { name: "m" }, { "if-match": "*" });
      expect(answer.status).toBe(200);
    });

    test("two changes of one version: one is made, the other is told", async () => {
      const service = openService();
      const api = await manage(express, service);
      const { apiKey } = await service.create({ name: "n" });
      const answers = await Promise.all(
        ["a", "b"].map((name) => api("PATCH", `/${apiKey.id}`, { name }, { "if-match": '"1"' })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
      expect((await service.getById(apiKey.id)).version).toBe(2);
    });

    test("without it both are made", async () => {
      const service = openService();
      const api = await manage(express, service);
      const { apiKey } = await service.create({ name: "n" });
      const answers = await Promise.all(
        [{ name: "a" }, { description: "b" }].map((body) => api("PATCH", `/${apiKey.id}`, body)),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const after = await service.getById(apiKey.id);
      expect(after).toMatchObject({ name: "a", description: "b", version: 3 });
    });
  });

  describe("input that is not valid is refused, naming the field:", () => {
    test.each<[string, string, unknown, readonly string[]]>([
      ["POST", "", undefined, ["name"]],
      ["POST", "", { name: "" }, ["name"]],
      ["POST", "", { name: 7, scopes: "a" }, ["name", "scopes"]],
      ["POST", "", { name: "n", scopes: ["ok", "Not OK"] }, ["scopes.1"]],
      ["POST", "", { name: "n", scopes: ["*"] }, ["scopes.0"]],
      ["POST", "", { name: "n", expiresAt: "tomorrow" }, ["expiresAt"]],
      ["POST", "", { name: "n", expiresAt: 1_900_000_000_000 }, ["expiresAt"]],
      ["POST", "", { name: "n", expiresAt: "2020-01-01T00:00:00Z" }, ["expiresAt"]],
      ["POST", "", { name: "n", metadata: [] }, ["metadata"]],
      ["POST", "", { name: "a\u0000b" }, ["name"]],
      ["PATCH", MISSING, { name: null }, ["name"]],
      ["POST", "/search", { limit: 0 }, ["limit"]],
      ["POST", "/search", { filter: { createdAfter: "x" } }, ["filter.createdAfter"]],
      ["POST", "/search", { filter: { names: "x" } }, ["filter.names"]],
      ["POST", "/search", { after: "not a cursor" }, ["after"]],
      ["POST", "/search", { limit: 1, offset: 1, after: "x" }, ["offset"]],
      ["POST", "/count", { limit: 1 }, ["limit"]],
      ["POST", `${MISSING}/rotate`, { overlapMs: -1 }, ["overlapMs"]],
      ["POST", "/verify", {}, ["key"]],
      ["POST", "/verify", { key: "k", anyScope: [] }, ["anyScope"]],
      ["GET", "?limit=1&limit=2", undefined, ["limit"]],
      ["GET", "?limit=many", undefined, ["limit"]],
      ["GET", "?isActive=yes", undefined, ["isActive"]],
      ["GET", "?filter=x", undefined, ["filter"]],
      ["GET", "?orderBy=hash", undefined, ["orderBy"]],
    ])("%s %s %j", async (method, path, body, expected) => {
      const service = openService();
      const answer = await (await manage(express, service))(method, path, body);
      expect(problem(answer)).toEqual([400, "validation_failed"]);
      expect(fields(answer)).toEqual(expected);
      expect(await service.count()).toBe(0);
    });
  });

  test("limits of the schemas are those of the service", async () => {
    const api = await manage(express, openService());
    const status = async (body: object) => (await api("POST", "", { name: "n", ...body })).status;
    const scopes = (many: number) => Array.from({ length: many }, (_, index) => `s${index}`);
    expect(await status({ name: "n".repeat(255), ownerId: "o".repeat(255) })).toBe(201);
    expect(await status({ description: "d".repeat(2_000), scopes: scopes(100) })).toBe(201);
    expect(await status({ metadata: { text: "m".repeat(16_384 - 11) } })).toBe(201);
    expect(await status({ name: "n".repeat(256) })).toBe(400);
    expect(await status({ ownerId: "o".repeat(256) })).toBe(400);
    expect(await status({ description: "d".repeat(2_001) })).toBe(400);
    expect(await status({ scopes: scopes(101) })).toBe(400);
    expect(await status({ metadata: { text: "m".repeat(16_384 - 10) } })).toBe(400);
  });

  describe("bodies", () => {
    test.each<[string, string, Record<string, string>, readonly [number, string]]>([
      ["broken JSON", '{"name": "n"', {}, [400, "malformed_body"]],
      ["no JSON object", '"name"', {}, [400, "malformed_body"]],
      ["a list", "[]", {}, [400, "malformed_body"]],
      [
        "form fields",
        "name=n",
        { "content-type": "application/x-www-form-urlencoded" },
        [415, "unsupported_media_type"],
      ],
      ["text", '{"name":"n"}', { "content-type": "text/plain" }, [415, "unsupported_media_type"]],
      [
        "something like JSON",
        '{"name":"n"}',
        { "content-type": "application/jsonp" },
        [415, "unsupported_media_type"],
      ],
      [
        "another charset",
        '{"name":"n"}',
        { "content-type": "application/json; charset=latin1" },
        [415, "unsupported_media_type"],
      ],
      [
        "compressed JSON",
        '{"name":"n"}',
        { "content-encoding": "gzip" },
        [415, "unsupported_media_type"],
      ],
      ["too much", JSON.stringify({ name: "n".repeat(40_000) }), {}, [413, "body_too_large"]],
    ])("%s", async (_name, body, headers, expected) => {
      const service = openService();
      const answer = await (await manage(express, service))("POST", "", body, headers);
      expect(problem(answer)).toEqual(expected);
      expect(await service.count()).toBe(0);
    });

    test("of any parameters of application/json are read", async () => {
      const api = await manage(express, openService());
      const headers = { "content-type": "Application/JSON; charset=utf-8" };
      expect((await api("POST", "", '{"name":"é"}', headers)).body.apiKey.name).toBe("é");
    });

    test("that the app has read already are taken from it, within the limit", async () => {
      const service = openService();
      const router = apiKeyRouter(service, { authorize: () => true });
      const origin = await serve(
        express()
          .use(express.json({ limit: "1mb" }))
          .use("/keys", router),
      );
      expect((await call(origin, "POST", "/keys", { name: "n" })).status).toBe(201);
      const large = { name: "n", description: "d".repeat(40_000) };
      expect((await call(origin, "POST", "/keys", large)).status).toBe(413);
    });
  });

  test("known paths say which methods they have; unknown ones are the app's", async () => {
    const router = apiKeyRouter(openService(), { authorize: () => true });
    const app = express()
      .use("/keys", router)
      .use("/keys", (_req, res) => {
        res.status(418).end();
      });
    const origin = await serve(app);
    const wrong = await call(origin, "PUT", "/keys/x", {});
    expect(problem(wrong)).toEqual([405, "method_not_allowed"]);
    expect(wrong.headers.get("allow")).toBe("DELETE, GET, HEAD, OPTIONS, PATCH");
    expect((await call(origin, "GET", "/keys/search")).headers.get("allow")).toBe("OPTIONS, POST");
    const options = await call(origin, "OPTIONS", "/keys");
    expect([options.status, options.headers.get("allow")]).toEqual([
      204,
      "GET, HEAD, OPTIONS, POST",
    ]);
    expect((await call(origin, "GET", "/keys/a/b/c")).status).toBe(418);
    expect((await call(origin, "POST", "/keys/a/burn")).status).toBe(418);
    const head = await call(origin, "HEAD", "/keys");
    expect([head.status, head.body]).toEqual([200, undefined]);
  });

  test("faults are 503 with Retry-After, and told to onError alone", async () => {
    const { repository, state } = breakable();
    const service = openService({ repository });
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const api = await manage(express, service, { onError });
    const { apiKey, key } = await service.create({ name: "n", ownerId: "me" });
    const owners = await manage(express, service, {
      owner: () => "me",
      grantableScopes: [],
      onError,
    });
    state.isDown = true;
    expect(problem(await owners("POST", "/verify", { key }))).toEqual([
      503,
      "repository_unavailable",
    ]);
    errors.pop();
    for (const [method, path, body] of [
      ["GET", "", undefined],
      ["POST", "", { name: "n" }],
      ["PATCH", `/${apiKey.id}`, { name: "m" }],
      ["DELETE", `/${apiKey.id}`, undefined],
      ["POST", "/verify", { key }],
    ] as const) {
      const answer = await api(method, path, body);
      expect(problem(answer)).toEqual([503, "repository_unavailable"]);
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(JSON.stringify(answer.body)).not.toContain("ECONNREFUSED");
    }
    expect(errors).toHaveLength(5);
    expect(String((errors[0] as Error).cause)).toContain("ECONNREFUSED");
  });

  describe("authorize", () => {
    test("hears which operation is meant; only true is a yes", async () => {
      const service = openService();
      const asked: string[] = [];
      let answer: unknown = true;
      const api = await manage(express, service, {
        authorize: (_req, operation) => {
          asked.push(operation);
          return answer as boolean;
        },
      });
      await api("GET", "");
      await api("POST", "/count");
      await api("DELETE", MISSING);
      expect(asked).toEqual(["list", "count", "delete"]);
      for (answer of [
        false,
        undefined,
        1,
        "yes",
        {},
        Promise.resolve(false),
        Promise.resolve({}),
      ]) {
        expect(problem(await api("GET", ""))).toEqual([403, "forbidden"]);
      }
      answer = Promise.resolve(true);
      expect((await api("GET", "")).status).toBe(200);
    });

    test("by scopes asks for an API key that has them", async () => {
      const service = openService();
      const admin = await service.create({ name: "admin", scopes: ["keys:manage"] });
      const other = await service.create({ name: "other", scopes: ["orders:read"] });
      const api = await manage(express, service, { authorize: { scopes: ["keys:manage"] } });
      const status = async (headers: Record<string, string>) =>
        (await api("GET", "", undefined, headers)).status;
      expect(await status({})).toBe(401);
      expect(await status({ "x-api-key": "nonsense" })).toBe(401);
      expect(await status({ "x-api-key": other.key })).toBe(403);
      expect(await status({ "x-api-key": admin.key })).toBe(200);
    });

    test("that fails lets nobody in, and is the app's to see", async () => {
      const router = apiKeyRouter(openService(), {
        authorize: () => {
          throw new Error("session store is down");
        },
      });
      const app = express().use("/keys", router);
      app.use(
        (
          error: Error,
          _req: Request,
          res: { status(code: number): { end(text: string): void } },
          _next: () => void,
        ) => {
          res.status(500).end(JSON.stringify(error.message));
        },
      );
      const answer = await call(await serve(app), "GET", "/keys");
      expect([answer.status, answer.body]).toEqual([500, "session store is down"]);
    });
  });

  test("onError that fails is the app's to see, and crashes nothing", async () => {
    const { repository, state } = breakable();
    const router = apiKeyRouter(openService({ repository }), {
      authorize: () => true,
      onError: () => {
        throw "the log is full";
      },
    });
    const app = express().use("/keys", router);
    app.use((error: Error, _req: Request, res: Response, _next: () => void) => {
      res.status(500).end(JSON.stringify(error.cause));
    });
    state.isDown = true;
    const answer = await call(await serve(app), "GET", "/keys");
    expect([answer.status, answer.body]).toEqual([500, "the log is full"]);
  });

  test("a change that others are always faster than is given up", async () => {
    const service = openService();
    const { apiKey } = await service.create({ name: "n" });
    const api = await manage(express, service, { authorize: () => true });
    const update = vi.spyOn(service, "update").mockRejectedValue(new VersionConflictError());
    const answer = await api("PATCH", `/${apiKey.id}`, { name: "m" });
    expect(problem(answer)).toEqual([409, "version_conflict"]);
    expect(update).toHaveBeenCalledTimes(10);
  });

  test("works in a router with parameters in its path", async () => {
    const service = openService();
    const inner = express.Router({ mergeParams: true });
    inner.use(
      "/keys",
      apiKeyRouter(service, {
        authorize: () => true,
        owner: (req) => req.baseUrl.split("/")[2],
        grantableScopes: [],
      }),
    );
    const origin = await serve(express().use("/tenants/:tenant", inner));
    const created = await call(origin, "POST", "/tenants/t1/keys", { name: "n" });
    expect(created.body.apiKey.ownerId).toBe("t1");
    expect(created.headers.get("location")).toBe(`/tenants/t1/keys/${created.body.apiKey.id}`);
    const read = await call(origin, "GET", created.headers.get("location") ?? "");
    expect(read.status).toBe(200);
  });
});

describe("a router cannot be built", () => {
  const service = openService();
  test.each<[string, object | undefined, string]>([
    ["without options", undefined, "authorize: is missing"],
    ["without authorize", {}, "authorize: (req) =>"],
    [
      "with scopes of none",
      { authorize: { scopes: [] } },
      'authorize: { scopes: ["keys:manage"] }',
    ],
    ["with true", { authorize: true }, "authorize"],
    ["with scopes that no key has", { authorize: { scopes: ["Not A Scope"] } }, "scopes"],
    [
      "with an owner and no word on scopes",
      { authorize: () => true, owner: () => "o" },
      "grantableScopes",
    ],
    ["with an owner that is no function", { authorize: () => true, owner: "o" }, "owner"],
    [
      "with scopes that are no list",
      { authorize: () => true, grantableScopes: "all" },
      "grantableScopes",
    ],
    ["with an unknown option", { authorize: () => true, limit: 1 }, "limit"],
    ["with a path that is taken", { authorize: () => true, openapi: "/search" }, "openapi"],
    ["with a path that is none", { authorize: () => true, openapi: "openapi.json" }, "openapi"],
    ["with a limit out of range", { authorize: () => true, bodyLimitBytes: 10 }, "bodyLimitBytes"],
  ])("%s", (_, options, message) => {
    const build = () => apiKeyRouter(service, options as never);
    expect(build).toThrow(ConfigurationError);
    expect(build).toThrow(message);
  });

  test("without a service", () => {
    expect(() => apiKeyRouter(undefined as never, { authorize: () => true })).toThrow("service");
  });
});
