import type { CredentialOptions } from "@apikey/core/http";
import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema, ObjectEntries } from "valibot";
import type { Operation } from "./operation.js";
import { operations } from "./operations/index.js";
import { inputSchemas, metadata, outputSchemas } from "./schemas.js";

/** What the document is of. */
export interface OpenApiOptions {
  /** Whether the router has an `owner`. @defaultValue `"everybody"` */
  readonly view?: "everybody" | "owner" | undefined;
  /** Where the router is mounted. @defaultValue `"/"` */
  readonly baseUrl?: string | undefined;
  /**
   * Where callers present their API key; `false` when the router is authorized by a function, which alone knows.
   * @defaultValue `Authorization: Bearer`, or `X-API-Key`
   */
  readonly credential?: CredentialOptions | false | undefined;
}

/** An OpenAPI document, as plain JSON. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, object>>;
  readonly [field: string]: unknown;
}

type InputName = NonNullable<Operation["input"]>;

/**
 * The OpenAPI 3.1 document of an `apiKeyRouter`, made from the schemas that it validates by. For serving it
 * elsewhere than the option `openapi` does: to the public, say.
 */
export function openApiDocument({
  view = "everybody",
  baseUrl = "/",
  credential = {},
}: OpenApiOptions = {}): OpenApiDocument {
  const inputs = inputSchemas(view);
  const securitySchemes = credential && schemesOf(credential);
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replace(":id", "{id}");
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describe(operation, inputs),
    };
  }
  return {
    openapi: "3.1.1",
    info: { title: "API keys", version: "1.0.0" },
    servers: [{ url: baseUrl }],
    ...(securitySchemes && {
      security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    }),
    paths,
    components: {
      schemas: Object.fromEntries(
        Object.entries(outputSchemas).map(([name, schema]) => [name, toSchema(schema)]),
      ),
      ...(securitySchemes && { securitySchemes }),
    },
  };
}

function schemesOf({
  bearer = true,
  header = "X-API-Key",
  queryParameter,
}: CredentialOptions): Readonly<Record<string, object>> {
  return {
    ...(bearer && { bearer: { type: "http", scheme: "bearer" } }),
    header: { type: "apiKey", in: "header", name: header },
    ...(queryParameter !== undefined && {
      query: { type: "apiKey", in: "query", name: queryParameter },
    }),
  };
}

function describe(operation: Operation, inputs: ReturnType<typeof inputSchemas>): object {
  const { name, summary, input, from, path } = operation;
  const parameters = [
    ...(path.includes(":id") ? [ID] : []),
    ...(operation.isChange ? [IF_MATCH] : []),
    ...(input !== undefined && from === "query" ? queryParameters(inputs[input].entries) : []),
  ];
  return {
    operationId: name,
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(input !== undefined && from === "body" ? requestBody(input, inputs) : {}),
    responses: responses(operation),
  };
}

const ID = { name: "id", in: "path", required: true, schema: { type: "string" } };
const IF_MATCH = {
  name: "If-Match",
  in: "header",
  description: "Entity tags of the versions that the change is meant for.",
  schema: { type: "string" },
};

function requestBody(input: InputName, inputs: ReturnType<typeof inputSchemas>) {
  return {
    requestBody: {
      required: input === "create" || input === "verify",
      content: { "application/json": { schema: toSchema(inputs[input]) } },
    },
  };
}

function queryParameters(entries: ObjectEntries): object[] {
  return Object.entries(entries).map(([name, schema]) => ({
    name,
    in: "query",
    ...(name === "ownerId" ? { description: "Empty for keys without an owner." } : {}),
    schema: toSchema(schema as GenericSchema),
  }));
}

function responses({ success, output, path, isChange, from }: Operation): object {
  const problems = [
    ...(from === undefined ? [] : [400]),
    401,
    403,
    ...(path.includes(":id") ? [404] : []),
    ...(isChange ? [409, 412] : []),
    ...(from === "body" ? [413, 415] : []),
    503,
  ];
  return {
    [success]: {
      description: "Done.",
      ...(output === undefined ? {} : { content: json("application/json", output) }),
    },
    ...Object.fromEntries(
      problems.map((status) => [
        status,
        { description: "A problem.", content: json("application/problem+json", "problem") },
      ]),
    ),
  };
}

function json(mediaType: string, schema: keyof typeof outputSchemas): object {
  return { [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } } };
}

/** What callers send, before it is transformed. OpenAPI 3.1 takes JSON Schema 2020-12 as it is. */
function toSchema(schema: GenericSchema): object {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
    overrideSchema: ({ valibotSchema }) =>
      (valibotSchema as unknown) === metadata ? { type: "object" } : undefined,
  });
  return converted;
}
