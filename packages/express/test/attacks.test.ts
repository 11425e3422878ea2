import { inspect } from "node:util";
import type { ApiKeyRepository, ApiKeyService } from "@apikey/core";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import type { Request, Response } from "express";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type ApiKeyRouterOptions, apiKeyAuth, apiKeyRouter } from "../src/index.js";
import { majors } from "./majors.js";
import { type Answer, call, manage } from "./management.js";
import { rawGet, sendRaw, serve, statusOf } from "./server.js";
import { openService, withWrongSecret } from "./service.js";

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(majors)("%s: a header that is meant to be read in two ways", (_, express) => {
  async function protectedApp(options: { readonly isOptional?: boolean } = {}) {
    const service = openService();
    const { key } = await service.create({ name: "victim" });
    const other = await service.create({ name: "other" });
    const passed: unknown[] = [];
    const app = express().use(apiKeyAuth(service, { optional: options.isOptional ?? false }));
    app.use((req: Request, res: Response) => {
      passed.push(req.apiKey?.name);
      res.end();
    });
    return { origin: await serve(app), key, other: other.key, passed };
  }

  test.each<[string, number, (key: string, other: string) => readonly string[]]>([
    [
      "two Authorization headers",
      400,
      (key, other) => [`Authorization: Bearer ${key}`, `Authorization: Bearer ${other}`],
    ],
    [
      "the same Authorization twice",
      400,
      (key) => [`Authorization: Bearer ${key}`, `Authorization: Bearer ${key}`],
    ],
    [
      "two spellings of Authorization",
      400,
      (key, other) => [`authorization: Bearer ${key}`, `AUTHORIZATION: Bearer ${other}`],
    ],
    [
      "another scheme before ours",
      400,
      (key) => ["Authorization: Basic dTpw", `Authorization: Bearer ${key}`],
    ],
    ["two X-API-Key headers", 400, (key, other) => [`X-API-Key: ${key}`, `x-api-key: ${other}`]],
    [
      "two headers that differ",
      400,
      (key, other) => [`Authorization: Bearer ${key}`, `X-API-Key: ${other}`],
    ],
    [
      "a list in one header",
      400,
      (key, other) => [`Authorization: Bearer ${key}, Bearer ${other}`],
    ],
    ["a list of keys", 400, (key, other) => [`X-API-Key: ${key}, ${other}`]],
    ["the key and an empty header", 400, (key) => [`Authorization: Bearer ${key}`, "X-API-Key:"]],
    ["parameters after the key", 401, (key) => [`Authorization: Bearer ${key} realm="x"`]],
    ["quotes around the key", 401, (key) => [`Authorization: Bearer "${key}"`]],
    ["a tab for the space", 401, (key) => [`Authorization: Bearer\t${key}`]],
    ["characters beyond ASCII", 401, (key) => [`X-API-Key: ${key}\u00e9`]],
    ["full-width letters", 401, (key) => [`X-API-Key: \u00ef\u00bd\u0081${key.slice(1)}`]],
    ["the key in percent encoding", 401, (key) => [`X-API-Key: %61${key.slice(1)}`]],
    ["a very long key", 401, (key) => [`X-API-Key: ${key}${"A".repeat(8_000)}`]],
    [
      "the key in a header of another name",
      401,
      (key) => [`X_API_Key: ${key}`, `X-API-Key-2: ${key}`],
    ],
    // These never reach a handler: the parser of node:http refuses them.
    ["a NUL", 400, (key) => [`X-API-Key: ${key}\0`]],
    ["a bare carriage return", 400, (key) => [`X-API-Key: ${key}\rX-Admin: 1`]],
    ["a folded header", 400, (key) => ["Authorization: Bearer", ` ${key}`]],
    ["a space before the colon", 400, (key) => [`X-API-Key : ${key}`]],
    ["two lengths", 400, (key) => [`X-API-Key: ${key}`, "Content-Length: 0", "Content-Length: 5"]],
    [
      "a length and chunks",
      400,
      (key) => [`X-API-Key: ${key}`, "Content-Length: 5", "Transfer-Encoding: chunked"],
    ],
    [
      "headers beyond 16 kB",
      431,
      (key) => [`X-API-Key: ${key}`, `X-Filler: ${"A".repeat(20_000)}`],
    ],
  ])("is refused: %s", async (_name, status, lines) => {
    const { origin, key, other, passed } = await protectedApp();
    const response = await sendRaw(origin, rawGet("/", ...lines(key, other)));
    expect([statusOf(response), passed]).toEqual([status, []]);
    expect(response).not.toContain(key);
    expect(response).not.toContain("X-Admin");
  });

  test("does not make a bad credential pass as none where it is optional", async () => {
    for (const lines of [
      ["Authorization: Bearer"],
      ["X-API-Key:"],
      ["Authorization: Bearer a", "Authorization: Basic b"],
      ["Authorization: Bearer a, Bearer b"],
    ]) {
      const { origin, passed } = await protectedApp({ isOptional: true });
      expect(statusOf(await sendRaw(origin, rawGet("/", ...lines)))).toBeGreaterThanOrEqual(400);
      expect(passed).toEqual([]);
    }
  });

  test("cannot put a second request behind the first", async () => {
    const { origin, key, passed } = await protectedApp();
    const smuggled = `GET /smuggled HTTP/1.1\r\nHost: x\r\nX-API-Key: ${key}\r\n\r\n`;
    const response = await sendRaw(
      origin,
      Buffer.concat([
        rawGet("/", "Content-Length: 4", "Transfer-Encoding: chunked"),
        Buffer.from(`0\r\n\r\n${smuggled}`),
      ]),
    );
    expect(statusOf(response)).toBe(400);
    expect(passed).toEqual([]);
  });

  test("well-formed requests of the same bytes do pass", async () => {
    const { origin, key, passed } = await protectedApp();
    for (const line of [`Authorization: Bearer ${key}`, `X-API-Key:  ${key}  `]) {
      expect(statusOf(await sendRaw(origin, rawGet("/", line)))).toBe(200);
    }
    expect(passed).toEqual(["victim", "victim"]);
  });
});

describe.each(majors)("%s: management without credentials", (_, express) => {
  test("is refused on every route, and touches nothing", async () => {
    const service = openService();
    const { apiKey } = await service.create({ name: "n", scopes: ["keys:manage"] });
    const weak = await service.create({ name: "weak" });
    const gates: readonly [Partial<ApiKeyRouterOptions>, Record<string, string>, number][] = [
      [{ authorize: { scopes: ["keys:manage"] } }, {}, 401],
      [{ authorize: { scopes: ["keys:manage"] } }, { "x-api-key": "nonsense" }, 401],
      [{ authorize: { scopes: ["keys:manage"] } }, { "x-api-key": weak.key }, 403],
      [{ authorize: () => false }, {}, 403],
      [{ authorize: () => true, owner: () => undefined, grantableScopes: [] }, {}, 403],
    ];
    for (const [options, headers, status] of gates) {
      const all = { authorize: () => true, openapi: "/openapi.json", ...options };
      const router = apiKeyRouter(service, all);
      const origin = await serve(express().use("/keys", router));
      expect(router.routes.length).toBeGreaterThan(11);
      const touched = vi.spyOn(service, "getById");
      for (const { method, path } of router.routes) {
        const url = `/keys${path.replace(":id", apiKey.id)}`;
        // No body is read before the caller is known: a broken one makes no difference.
        for (const body of [undefined, "{"]) {
          const sent = method === "GET" ? undefined : body;
          expect([method, path, (await call(origin, method, url, sent, headers)).status]).toEqual([
            method,
            path,
            status,
          ]);
        }
        for (const other of ["HEAD", "OPTIONS", "PUT"]) {
          const answer = await fetch(origin + url, { method: other, headers });
          if (options.owner === undefined) expect(answer.status).toBe(status);
        }
      }
      expect(touched).not.toHaveBeenCalled();
      touched.mockRestore();
    }
    expect(await service.count()).toBe(2);
    expect((await service.getById(apiKey.id)).version).toBe(1);
  });
});

describe.each(majors)("%s: fields that are nobody's to set", (_, express) => {
  const own = ["id", "keyId", "hash", "version", "hint", "createdAt", "updatedAt", "lastUsedAt"];
  const names = [...own, "key", "secret", "__proto__", "constructor", "toString", "prototype"];
  /** As text: in an object literal `__proto__` is no field. */
  const withField = (fields: string, name: string) => `{${fields}"${name}": "x"}`;

  test.each(names)("%s", async (name) => {
    const service = openService();
    const api = await manage(express, service);
    const { apiKey } = await service.create({ name: "n" });
    const path = `/${apiKey.id}`;
    for (const answer of [
      await api("POST", "", withField('"name": "n", ', name)),
      await api("PATCH", path, withField("", name)),
      await api("PATCH", path, withField('"name": "m", ', name)),
      await api("POST", `${path}/rotate`, withField("", name)),
      await api("POST", "/search", `{"filter": ${withField("", name)}}`),
      await api("POST", "/count", `{"filter": ${withField("", name)}}`),
      await api("GET", `?${name}=x`),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([400, "validation_failed"]);
      expect(answer.body.issues[0].field).toMatch(new RegExp(`^(filter\\.)?${name}$`));
      expect(answer.body.issues[0].message).toBe("is not known");
    }
    expect(await service.count()).toBe(1);
    expect(await service.getById(apiKey.id)).toEqual(apiKey);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test("ownerId, for who is confined to an owner", async () => {
    const service = openService();
    const api = await manage(express, service, {
      owner: () => "me",
      grantableScopes: [],
    });
    const created = await api("POST", "", { name: "n" });
    expect(created.body.apiKey.ownerId).toBe("me");
    const path = `/${created.body.apiKey.id}`;
    for (const answer of [
      await api("POST", "", { name: "n", ownerId: "you" }),
      await api("POST", "", { name: "n", ownerId: "me" }),
      await api("PATCH", path, { ownerId: "you" }),
      await api("PATCH", path, { ownerId: null }),
      await api("POST", "/search", { filter: { ownerId: "you" } }),
      await api("POST", "/count", { filter: { ownerId: null } }),
      await api("GET", "?ownerId=you"),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.issues[0].field).toMatch(/ownerId$/);
    }
    expect(await service.count({ ownerId: "me" })).toBe(1);
  });

  test("__proto__ within metadata, at any depth", async () => {
    const service = openService();
    const api = await manage(express, service);
    for (const metadata of ['{"__proto__": {"admin": true}}', '{"a": [{"__proto__": 1}]}']) {
      const answer = await api("POST", "", `{"name": "n", "metadata": ${metadata}}`);
      expect([answer.status, answer.body.issues[0].field]).toEqual([400, "metadata"]);
    }
    const deep = `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`;
    const answer = await api("POST", "", `{"name": "n", "metadata": ${deep}}`);
    expect([answer.status, answer.body.issues[0].field]).toEqual([400, "metadata"]);
    expect(await service.count()).toBe(0);
  });
});

describe.each(majors)("%s: a key of another owner", (_, express) => {
  const view = (service: ApiKeyService, owner: string) =>
    manage(express, service, { owner: () => owner, grantableScopes: ["orders:read"] });

  /** Everything a caller can see of an answer, but for the time of day. */
  const visible = ({ status, headers, body }: Answer) => {
    const others = [...headers].filter(([name]) => name !== "date");
    return { status, headers: others, body };
  };

  test("looks like one that is missing, whatever is tried", async () => {
    const service = openService();
    const yours = await service.create({ name: "yours", ownerId: "you", scopes: ["orders:read"] });
    const nobodys = await service.create({ name: "nobody's" });
    const api = await view(service, "me");
    const missing = "3c3c3c3c-0000-4000-8000-000000000000";
    const tries: readonly [string, string, unknown?, Record<string, string>?][] = [
      ["GET", ""],
      ["HEAD", ""],
      ["PATCH", "", { name: "stolen" }],
      ["PATCH", "", {}],
      ["PATCH", "", { scopes: ["orders:write"] }],
      ["PATCH", "", { expiresAt: "2020-01-01T00:00:00Z" }],
      ["PATCH", "", { ownerId: "me" }],
      ["PATCH", "", { name: "stolen" }, { "if-match": '"1"' }],
      ["PATCH", "", { name: "stolen" }, { "if-match": '"9"' }],
      ["PATCH", "", { name: "stolen" }, { "if-match": "nonsense" }],
      ["DELETE", ""],
      ["DELETE", "", undefined, { "if-match": "*" }],
      ["POST", "/activate"],
      ["POST", "/deactivate"],
      ["POST", "/rotate"],
      ["POST", "/rotate", { overlapMs: 1_000, expiresAt: null }],
      ["PUT", ""],
      ["OPTIONS", ""],
    ];
    for (const { apiKey } of [yours, nobodys]) {
      for (const [method, path, body, headers] of tries) {
        const seen = await api(method, `/${apiKey.id}${path}`, body, headers);
        const unknown = await api(method, `/${missing}${path}`, body, headers);
        expect(visible(seen)).toEqual(visible(unknown));
      }
      expect(await service.getById(apiKey.id)).toEqual(apiKey);
    }
    expect((await api("GET", "")).body.items).toEqual([]);
    expect((await api("POST", "/search", { filter: { name: "yours" } })).body.items).toEqual([]);
    expect((await api("POST", "/count")).body).toEqual({ count: 0 });
    expect(await service.count()).toBe(2);
  });

  test("verifies as an unknown one, in whatever state, and is not marked as used", async () => {
    const service = openService({ lastUsed: "immediate" });
    const api = await view(service, "me");
    const make = (name: string) => service.create({ name, ownerId: "you" });
    const [good, disabled] = [await make("good"), await make("disabled")];
    await service.deactivate(disabled.apiKey.id);
    const unknown = await api("POST", "/verify", { key: `ak-0000000000000000-${"A".repeat(64)}` });
    expect(unknown.body).toEqual({ valid: false, code: "invalid_key" });
    for (const { key } of [good, disabled]) {
      const wrong = withWrongSecret(service, key);
      for (const body of [{ key }, { key, scopes: ["orders:read"] }, { key: wrong }]) {
        expect(visible(await api("POST", "/verify", body))).toEqual(visible(unknown));
      }
    }
    await service.flushLastUsed();
    expect((await service.getById(good.apiKey.id)).lastUsedAt).toBeNull();
    const mine = await service.create({ name: "mine", ownerId: "me" });
    expect((await api("POST", "/verify", { key: mine.key })).body.valid).toBe(true);
    expect((await api("POST", "/verify", { key: "typo" })).body.code).toBe("malformed_key");
  });

  test("stays out of reach when it is handed over while it is being changed", async () => {
    const inner = new InMemoryApiKeyRepository();
    let handOver: (() => Promise<unknown>) | undefined;
    const repository = new Proxy<ApiKeyRepository>(inner, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          // Right before the change, after every look at the key.
          const isChange = name === "update" || name === "delete";
          const now = isChange ? handOver : undefined;
          if (now) handOver = undefined;
          await now?.();
          return Reflect.apply(value, target, args);
        };
      },
    });
    const service = openService({ repository });
    const api = await view(service, "me");
    for (const [method, path, body] of [
      ["PATCH", "", { name: "stolen" }],
      ["POST", "/activate", undefined],
      ["POST", "/deactivate", undefined],
      ["POST", "/rotate", undefined],
      ["DELETE", "", undefined],
    ] as const) {
      const { apiKey } = await service.create({ name: "n", ownerId: "me" });
      handOver = () => inner.update(apiKey.id, 1, { ownerId: "you" });
      const answer = await api(method, `/${apiKey.id}${path}`, body);
      expect([method, path, answer.status, answer.body.code]).toEqual([
        method,
        path,
        404,
        "key_not_found",
      ]);
      const after = await service.getById(apiKey.id);
      expect(after).toMatchObject({ name: "n", ownerId: "you", isActive: true, version: 2 });
    }
    // No successor was left behind.
    expect(await service.count()).toBe(5);
  });

  test.each([undefined, null, "", 7, ["me"], {}])(
    "is not shown to an owner of %j",
    async (owner) => {
      const service = openService();
      await service.create({ name: "n" });
      const options = { owner: () => owner as string, grantableScopes: [] };
      const answer = await (await manage(express, service, options))("GET", "");
      expect([answer.status, answer.body.code]).toEqual([403, "forbidden"]);
    },
  );

  test("scopes that are not the owner's to give are refused, by name", async () => {
    const service = openService();
    const { apiKey } = await service.create({ name: "n", ownerId: "me" });
    const api = await view(service, "me");
    const scopes = ["orders:read", "keys:manage", "orders:rea"];
    for (const answer of [
      await api("POST", "", { name: "n", scopes }),
      await api("PATCH", `/${apiKey.id}`, { scopes }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.issues.map(({ field }: { field: string }) => field)).toEqual([
        "scopes.1",
        "scopes.2",
      ]);
    }
    expect((await api("POST", "", { name: "n", scopes: ["orders:read"] })).status).toBe(201);
  });

  test.each([undefined, "orders:read", {}])(
    "a function that says %j of scopes grants none",
    async (found) => {
      const api = await manage(express, openService(), {
        owner: () => "me",
        grantableScopes: () => found as readonly string[],
      });
      expect((await api("POST", "", { name: "n", scopes: ["orders:read"] })).status).toBe(400);
      expect((await api("POST", "", { name: "n" })).status).toBe(201);
    },
  );
});

describe.each(majors)("%s: more than it should take", (_, express) => {
  test("a body without an announced length is read to the limit and no further", async () => {
    const service = openService();
    const router = apiKeyRouter(service, { authorize: () => true, bodyLimitBytes: 1_024 });
    const origin = await serve(express().use("/keys", router));
    const chunk = "A".repeat(1_000);
    const chunks = Array.from({ length: 50 }, () => `3e8\r\n${chunk}\r\n`).join("");
    const head =
      "POST /keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    const response = await sendRaw(origin, `${head}${chunks}0\r\n\r\n`);
    expect(statusOf(response)).toBe(413);
    expect(response.toLowerCase()).toContain("connection: close");
    expect(await service.count()).toBe(0);
  });

  test("nested lists, long ids, and thousands of parameters", async () => {
    const service = openService();
    const api = await manage(express, service);
    const nested = "[".repeat(10_000) + "]".repeat(10_000);
    expect((await api("POST", "", `{"name": ${nested}}`)).status).toBe(400);
    expect((await api("POST", "", `{"name": "n", "metadata": {"a": ${nested}}}`)).status).toBe(400);
    expect((await api("GET", `/${"a".repeat(8_000)}`)).status).toBe(404);
    expect((await api("GET", "/%00")).status).toBe(404);
    expect((await api("GET", "/%")).status).toBe(404);
    const query = Array.from({ length: 2_000 }, (_, index) => `p${index}=1`).join("&");
    expect((await api("GET", `?${query}`)).status).toBe(400);
    const scopes = Array.from({ length: 101 }, () => "scopesAnyOf=a").join("&");
    expect((await api("GET", `?${scopes}`)).status).toBe(400);
  });
});

describe.each(majors)("%s: secrets", (_, express) => {
  test("are in no answer but the one that creates them, in no log, and in no error", async () => {
    const printed: unknown[] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...values) => void printed.push(...values));
    }
    const service = openService();
    const errors: unknown[] = [];
    const api = await manage(express, service, { onError: (error) => errors.push(error) });
    const { body: created } = await api("POST", "", { name: "n", scopes: ["a"] });
    const { key, apiKey } = created;
    const path = `/${apiKey.id}`;
    const wrong = withWrongSecret(service, key);
    const answers = [
      await api("GET", path),
      await api("GET", ""),
      await api("GET", `?key=${key}`),
      await api("GET", `?after=${key}`),
      await api("GET", `/${key}`),
      await api("PATCH", path, { name: 7, key }),
      await api("POST", "/search", { filter: { name: key } }),
      await api("POST", "/verify", { key }),
      await api("POST", "/verify", { key: wrong }),
      await api("POST", "/verify", { key, scopes: ["b"] }),
      await api("POST", "/verify", { key, scopes: [key] }),
      await api("POST", "/verify", `{"key": "${key}"`),
      await api("POST", "", { name: "n", metadata: key, scopes: [key], expiresAt: key }),
      await api("POST", `${path}/deactivate`, undefined, { "if-match": key }),
      await api("POST", "/verify", { key }),
    ];
    const seen = inspect([answers, printed, errors], { depth: 9, maxStringLength: null });
    const { secret } = service.format.parse(key) as { secret: string };
    expect(seen).not.toContain(secret);
    expect(seen).not.toContain(wrong);
    expect(seen).not.toContain("$hmac");
    expect(printed).toEqual([]);
  });
});
