import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { apiKeyRouter, openApiDocument } from "../src/index.js";
import { majors } from "./majors.js";
import { manage } from "./management.js";
import { serve } from "./server.js";
import { openService } from "./service.js";

const views = ["everybody", "owner"] as const;

/** Part of a document, by path. */
// biome-ignore lint/suspicious/noExplicitAny: a document has any shape
const at = (document: unknown, ...path: readonly string[]): any =>
  path.reduce((part, name) => (part as Record<string, unknown> | undefined)?.[name], document);

describe.each(views)("the document of a view of %s", (view) => {
  test("is valid OpenAPI 3.1", async () => {
    const result = await new Validator().validate({ ...openApiDocument({ view }) });
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  test("has the routes of the router, no more and no fewer", () => {
    const { paths } = openApiDocument({ view });
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const { routes } = apiKeyRouter(openService(), { authorize: () => true });
    const served = routes.map(({ method, path }) => `${method} ${path.replace(":id", "{id}")}`);
    expect(documented.sort()).toEqual(served.sort());
  });

  test("has schemas that a JSON Schema validator takes", () => {
    const ajv = addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true }));
    const document = openApiDocument({ view });
    for (const schema of Object.values(at(document, "components", "schemas"))) {
      expect(ajv.validateSchema(schema as object)).toBe(true);
    }
  });
});

test.each([
  [{}, { bearer: { type: "http", scheme: "bearer" }, header: headerScheme("X-API-Key") }],
  [{ bearer: false }, { header: headerScheme("X-API-Key") }],
  [
    { bearer: false, header: "Api-Token", queryParameter: "token" },
    { header: headerScheme("Api-Token"), query: { type: "apiKey", in: "query", name: "token" } },
  ],
])("callers are told where to present their key: %j", async (credential, schemes) => {
  const document = openApiDocument({ credential });
  expect(at(document, "components", "securitySchemes")).toEqual(schemes);
  expect(document.security).toEqual(Object.keys(schemes).map((name) => ({ [name]: [] })));
  expect((await new Validator().validate({ ...document })).valid).toBe(true);
});

function headerScheme(name: string) {
  return { type: "apiKey", in: "header", name };
}

test("of a router that a function authorizes, the document does not know how", async () => {
  const document = openApiDocument({ credential: false });
  expect(document).not.toHaveProperty("security");
  expect(document.components).not.toHaveProperty("securitySchemes");
  expect((await new Validator().validate({ ...document })).valid).toBe(true);
});

test("an owner is not told of the field that is not his", () => {
  const body = (view: (typeof views)[number]) =>
    at(
      openApiDocument({ view }),
      ...["paths", "/", "post", "requestBody", "content", "application/json", "schema"],
    );
  expect(body("everybody").properties.ownerId).toBeDefined();
  expect(body("owner").properties.ownerId).toBeUndefined();
  expect(body("owner").additionalProperties).toBe(false);
  expect(body("owner").required).toEqual(["name"]);
});

describe.each(majors)("%s:", (_, express) => {
  test("the document is served where it is asked for, to those who may manage keys", async () => {
    let isAllowed = true;
    const options = { openapi: "/docs/openapi.json", authorize: () => isAllowed };
    const api = await manage(express, openService(), options);
    const { status, body } = await api("GET", "/docs/openapi.json");
    expect(status).toBe(200);
    expect(body).toEqual(
      JSON.parse(JSON.stringify(openApiDocument({ baseUrl: "/keys", credential: false }))),
    );
    isAllowed = false;
    expect((await api("GET", "/docs/openapi.json")).status).toBe(403);
  });

  test("the document says where the router looks for keys", async () => {
    const service = openService();
    const authorize = { scopes: ["keys:manage"], bearer: false };
    const { key } = await service.create({ name: "n", scopes: ["keys:manage"] });
    const app = express().use("/keys", apiKeyRouter(service, { authorize, openapi: "/doc" }));
    const origin = await serve(app);
    const answer = await fetch(`${origin}/keys/doc`, { headers: { "X-API-Key": key } });
    expect(at(await answer.json(), "components", "securitySchemes")).toEqual({
      header: headerScheme("X-API-Key"),
    });
  });

  test("answers are what the document says", async () => {
    const service = openService();
    const api = await manage(express, service);
    const document = openApiDocument();
    const ajv = addFormats.default(new Ajv2020({ strict: true, allowUnionTypes: true }));
    const fits = (name: string, body: unknown) => {
      const validate = ajv.compile(at(document, "components", "schemas", name));
      validate(body);
      expect(validate.errors).toBeNull();
    };
    const created = await api("POST", "", { name: "n", expiresAt: "2099-01-01T00:00:00Z" });
    fits("created", created.body);
    const path = `/${created.body.apiKey.id}`;
    fits("record", (await api("GET", path)).body);
    fits("page", (await api("GET", "?limit=1")).body);
    fits("count", (await api("POST", "/count")).body);
    fits("verified", (await api("POST", "/verify", { key: created.body.key })).body);
    fits("verified", (await api("POST", "/verify", { key: "x" })).body);
    fits("rotated", (await api("POST", `${path}/rotate`)).body);
    fits("problem", (await api("POST", "", { names: "x" })).body);
    fits("problem", (await api("GET", "/nothing")).body);
  });
});
