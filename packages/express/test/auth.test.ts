import { ConfigurationError } from "@apikey/core";
import type { HttpRefusal } from "@apikey/core/http";
import type { Request, Response } from "express";
import { describe, expect, test } from "vitest";
import { apiKeyAuth, apiKeyOf } from "../src/index.js";
import { majors } from "./majors.js";
import { serve } from "./server.js";
import { breakable, openService } from "./service.js";

const hello = (req: Request, res: Response) => {
  res.json({ hello: req.apiKey?.name ?? "nobody" });
};
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

describe.each(majors)("%s: the middleware", (_, express) => {
  test("lets a good key pass, wherever it is presented", async () => {
    const service = openService();
    const { key } = await service.create({ name: "CI" });
    const origin = await serve(express().use(apiKeyAuth(service)).get("/", hello));
    for (const headers of [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { "x-api-key": key },
      { authorization: "Basic dTpw", "x-api-key": key },
    ]) {
      const response = await fetch(origin, { headers });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ hello: "CI" });
      expect(response.headers.get("vary")).toBe("Authorization, X-API-Key");
      expect(response.headers.get("cache-control")).toBeNull();
    }
  });

  test("answers what it does not let pass, and the handler does not run", async () => {
    const service = openService();
    const { apiKey, key } = await service.create({ name: "CI" });
    let calls = 0;
    const app = express().use(apiKeyAuth(service, { realm: "builds" }));
    app.get("/", (_req, res) => {
      calls += 1;
      res.end();
    });
    const origin = await serve(app);
    const missing = await fetch(origin);
    expect(missing.status).toBe(401);
    expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="builds"');
    expect(missing.headers.get("content-type")).toBe("application/problem+json");
    expect(missing.headers.get("cache-control")).toBe("no-store");
    expect(await missing.json()).toEqual({
      type: "urn:apikey:problem:missing_key",
      title: "API key missing",
      status: 401,
      detail: "No API key was presented. Send one.",
      code: "missing_key",
    });
    await service.deactivate(apiKey.id);
    const disabled = await fetch(origin, bearer(key));
    expect(disabled.status).toBe(401);
    expect(disabled.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(await disabled.json()).toMatchObject({ code: "disabled_key" });
    expect(calls).toBe(0);
  });

  test("asks for scopes of a router and of a route, each its own", async () => {
    const service = openService();
    const reader = await service.create({ name: "r", scopes: ["builds:read"] });
    const writer = await service.create({ name: "w", scopes: ["builds:read", "builds:write"] });
    const router = express.Router().use(apiKeyAuth(service, { scopes: ["builds:read"] }));
    router.get("/", hello);
    router.post("/", apiKeyAuth(service, { scopes: ["builds:write"] }), hello);
    const origin = await serve(express().use("/builds", router).get("/open", hello));
    const status = async (path: string, init: RequestInit) =>
      (await fetch(origin + path, init)).status;
    expect(await status("/open", {})).toBe(200);
    expect(await status("/builds", {})).toBe(401);
    expect(await status("/builds", bearer(reader.key))).toBe(200);
    expect(await status("/builds", { method: "POST", ...bearer(writer.key) })).toBe(200);
    const refused = await fetch(`${origin}/builds`, { method: "POST", ...bearer(reader.key) });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("www-authenticate")).toContain('scope="builds:write"');
    expect(await refused.json()).toMatchObject({ scopes: ["builds:write"] });
  });

  test("lets nobody pass as nobody where it is optional, and refuses bad keys all the same", async () => {
    const service = openService();
    const origin = await serve(
      express()
        .use(apiKeyAuth(service, { optional: true }))
        .get("/", hello),
    );
    expect(await (await fetch(origin)).json()).toEqual({ hello: "nobody" });
    expect((await fetch(origin, bearer("nonsense"))).status).toBe(401);
    expect((await fetch(origin, { headers: { "x-api-key": "" } })).status).toBe(401);
  });

  test("takes a query parameter only where it is asked to, and keeps such answers out of shared caches", async () => {
    const service = openService();
    const { key } = await service.create({ name: "CI" });
    const app = express();
    app.get("/plain", apiKeyAuth(service), hello);
    app.get("/query", apiKeyAuth(service, { queryParameter: "api_key" }), hello);
    const origin = await serve(app);
    expect((await fetch(`${origin}/plain?api_key=${key}`)).status).toBe(401);
    const response = await fetch(`${origin}/query?api_key=${key}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("private");
    expect((await fetch(`${origin}/query?api_key=${key}&api_key=${key}`)).status).toBe(400);
  });

  test("adds to Vary what is not there yet", async () => {
    const service = openService();
    const { key } = await service.create({ name: "CI" });
    const app = express().use((_req, res, next) => {
      res.setHeader("Vary", "Origin");
      next();
    });
    const origin = await serve(app.use(apiKeyAuth(service)).get("/", hello));
    const response = await fetch(origin, bearer(key));
    expect(response.headers.get("vary")).toBe("Origin, Authorization, X-API-Key");
  });

  test("leaves bearer tokens to others where it is told to", async () => {
    const service = openService();
    const { key } = await service.create({ name: "CI" });
    const app = express()
      .use(apiKeyAuth(service, { bearer: false }))
      .get("/", hello);
    const origin = await serve(app);
    const headers = { Authorization: "Bearer a.jwt.token", "X-API-Key": key };
    const response = await fetch(origin, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.get("vary")).toBe("X-API-Key");
    const refused = await fetch(origin, bearer(key));
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toBe('ApiKey realm="api"');
  });

  test("calls a failing repository a fault: 503, never 401, never past", async () => {
    const { repository, state } = breakable();
    const service = openService({ repository });
    const { key } = await service.create({ name: "CI" });
    const origin = await serve(express().use(apiKeyAuth(service)).get("/", hello));
    state.isDown = true;
    const response = await fetch(origin, bearer(key));
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(response.headers.get("www-authenticate")).toBeNull();
    const body = await response.text();
    expect(body).toContain("repository_unavailable");
    expect(body).not.toContain("ECONNREFUSED");
    state.isDown = false;
    expect((await fetch(origin, bearer(key))).status).toBe(200);
  });

  test("answers a refused HEAD without a body, and keeps headers that were set before", async () => {
    const app = express().use((_req, res, next) => {
      res.setHeader("Access-Control-Allow-Origin", "*");
      next();
    });
    const origin = await serve(app.use(apiKeyAuth(openService())));
    const response = await fetch(origin, { method: "HEAD" });
    expect(response.status).toBe(401);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.text()).toBe("");
  });

  test("does no harm when something else has answered meanwhile", async () => {
    const service = openService();
    const { key } = await service.create({ name: "CI" });
    const rejections: unknown[] = [];
    const listen = (reason: unknown) => rejections.push(reason);
    process.on("unhandledRejection", listen);
    const app = express().use((_req, res, next) => {
      next();
      res.end("too late");
    });
    const origin = await serve(app.use(apiKeyAuth(service)).use((_req, _res) => {}));
    for (const presented of [key, "nonsense"]) {
      const response = await fetch(origin, bearer(presented));
      expect(await response.text()).toBe("too late");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", listen);
    expect(rejections).toEqual([]);
  });

  describe("onRefusal", () => {
    const refuse = async (
      onRefusal: (refusal: HttpRefusal, req: Request, res: Response) => void,
    ) => {
      let isPassed = false;
      const app = express().use(apiKeyAuth(openService(), { onRefusal }));
      app.get("/", (_req, res) => {
        isPassed = true;
        res.end();
      });
      app.use((_error: Error, _req: Request, res: Response, _next: () => void) => {
        res.status(500).end("failed");
      });
      const response = await fetch(await serve(app));
      expect(isPassed).toBe(false);
      return { status: response.status, body: await response.text() };
    };

    test("hears of refusals, which are then sent", async () => {
      const heard: string[] = [];
      const { status } = await refuse((refusal, req) => {
        heard.push(`${req.method} ${req.path} ${refusal.problem.code}`);
      });
      expect(status).toBe(401);
      expect(heard).toEqual(["GET / missing_key"]);
    });

    test("may answer in its own way, also later", async () => {
      const { status, body } = await refuse(async (refusal, _req, res) => {
        await new Promise((resolve) => setImmediate(resolve));
        res.status(refusal.status).send("no");
      });
      expect([status, body]).toEqual([401, "no"]);
    });

    test.each([new Error("bug"), "route", "router", undefined])(
      "lets nobody pass by throwing %s",
      async (thrown) => {
        const { status, body } = await refuse(async () => {
          throw thrown;
        });
        expect([status, body]).toEqual([500, "failed"]);
      },
    );

    test("is given the cause of a fault, for logs", async () => {
      const { repository, state } = breakable();
      const service = openService({ repository });
      const { key } = await service.create({ name: "CI" });
      const causes: unknown[] = [];
      const onRefusal = ({ error }: HttpRefusal) => {
        causes.push((error as Error).cause);
      };
      const origin = await serve(express().use(apiKeyAuth(service, { onRefusal })));
      state.isDown = true;
      await fetch(origin, bearer(key));
      expect(String(causes[0])).toContain("ECONNREFUSED");
    });
  });
});

describe("apiKeyOf", () => {
  test("is the key behind the middleware, and explains itself elsewhere", async () => {
    const service = openService();
    const { apiKey } = await service.create({ name: "CI" });
    expect(apiKeyOf({ apiKey } as Request)).toBe(apiKey);
    expect(() => apiKeyOf({} as Request)).toThrow(ConfigurationError);
    expect(() => apiKeyOf({} as Request)).toThrow("apiKeyAuth(service)");
  });
});

test.each([{ scopes: ["Not A Scope"] }, { scope: ["read"] }, { onRefusal: "log" }])(
  "wrong options are found when the app is built: %j",
  (options) => {
    expect(() => apiKeyAuth(openService(), options as object)).toThrow(ConfigurationError);
  },
);

test.each([[[]], [undefined]])(
  "requests with the raw headers %j, of some serverless adapters, are read all the same",
  async (value) => {
    const service = openService();
    const { key } = await service.create({ name: "CI" });
    const [[, express] = []] = majors;
    if (express === undefined) throw new Error("There is an Express.");
    const app = express().use((req, _res, next) => {
      Object.defineProperty(req, "rawHeaders", { value });
      next();
    });
    const origin = await serve(app.use(apiKeyAuth(service)).get("/", hello));
    expect((await fetch(origin, bearer(key))).status).toBe(200);
  },
);
