import { isApiKeyError } from "@apikey/core";
import {
  answerOf,
  answerTo,
  createAuthenticator,
  type HttpAnswer,
  problemOf,
} from "@apikey/core/http";
import type { Request, RequestHandler, Response } from "express";
import { toHttpRequest } from "../request.js";
import { type Sendable, send } from "../send.js";
import { toError } from "../to-error.js";
import { bodyReader } from "./body.js";
import { openApiDocument } from "./openapi.js";
import type { Call, ManagedService, Operation, Reply } from "./operation.js";
import { operations } from "./operations/index.js";
import { type ApiKeyRouterOptions, type Authorize, requireOptions } from "./options.js";
import { readQuery } from "./query.js";
import { Refusal } from "./refusal.js";
import { allowedMethods, matchRoutes } from "./routes.js";
import { inputSchemas } from "./schemas.js";
import { validate } from "./validate.js";

/** The management API, to be mounted with `app.use`. */
export interface ApiKeyRouter extends RequestHandler {
  /** Every route that it serves. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

/**
 * An HTTP API to create, find, change, rotate and delete keys.
 *
 * @example
 * ```ts
 * app.use("/keys", apiKeyRouter(service, { authorize: { scopes: ["keys:manage"] } }));
 * app.use(
 *   "/my/keys",
 *   apiKeyRouter(service, {
 *     authorize: (req) => req.user !== undefined,
 *     owner: (req) => req.user?.id,
 *     grantableScopes: ["orders:read"],
 *   }),
 * );
 * ```
 * @throws ConfigurationError without `authorize`, and when an option is unknown or out of its range.
 */
export function apiKeyRouter(service: ManagedService, options: ApiKeyRouterOptions): ApiKeyRouter {
  requireOptions(service, options);
  const { owner, grantableScopes = "any", onError } = options;
  const view = owner === undefined ? "everybody" : "owner";
  const routes = [...operations, ...documentRoute(options)];
  const isAllowed = gate(service, options.authorize);
  const readBody = bodyReader(options.bodyLimitBytes ?? 32_768);
  const schemas = inputSchemas(view);

  /** `undefined` when it has been answered by the gate. */
  async function answer(req: Request, res: Response, path: string): Promise<Sendable | undefined> {
    const matches = matchRoutes(routes, path);
    const match = matches.get(req.method === "HEAD" ? "GET" : req.method);
    if (!(await isAllowed(req, res, match?.operation))) return undefined;
    if (match === undefined) return toAnswer(otherMethod(req.method, allowedMethods(matches)));
    const { operation, id } = match;
    const query = new URLSearchParams(/\?([^#]*)/.exec(req.url)?.[1] ?? "");
    const call: Call = {
      service,
      owner: await ownerOf(req),
      grantable: await grantableOf(req),
      id,
      ifMatch: req.headers["if-match"],
      baseUrl: req.baseUrl ?? "",
      query,
    };
    const input = await inputOf(operation, query, () => readBody(req, res));
    return toAnswer(await operation.run(call, input as never));
  }

  async function inputOf(
    { input, from }: Operation,
    query: URLSearchParams,
    body: () => Promise<unknown>,
  ): Promise<unknown> {
    if (input === undefined) return undefined;
    return validate(schemas[input], from === "query" ? readQuery(query) : await body());
  }

  async function ownerOf(req: Request): Promise<string | undefined> {
    if (owner === undefined) return undefined;
    const found: unknown = await owner(req);
    // Nobody's view is not everybody's.
    if (typeof found === "string" && found !== "") return found;
    throw new Refusal(problemOf("forbidden", "You own no keys here."));
  }

  async function grantableOf(req: Request): Promise<readonly string[] | undefined> {
    if (grantableScopes === "any") return undefined;
    if (typeof grantableScopes !== "function") return grantableScopes;
    const found: unknown = await grantableScopes(req);
    return Array.isArray(found) ? found : [];
  }

  /** What is no error of ours is a bug, here or in the functions given: for the app to see. */
  function answerError(req: Request, error: unknown): HttpAnswer {
    if (error instanceof Refusal) return answerOf(error.problem, error.headers);
    const answered = answerTo(error);
    if (answered.status >= 500) onError?.(error, req);
    if (!isApiKeyError(error)) throw error;
    return answered;
  }

  // Express 4 does not wait for promises: nothing here may reject.
  const router: RequestHandler = async (req, res, next) => {
    const { path } = req;
    if (matchRoutes(routes, path).size === 0) {
      next();
      return;
    }
    try {
      const reply = await answer(req, res, path).catch((error) => answerError(req, error));
      if (reply !== undefined) send(res, reply);
    } catch (error) {
      next(toError(error));
    }
  };
  return Object.assign(router, {
    routes: routes.map(({ method, path }) => ({ method, path })),
  });
}

/** Decides who is let in; answers those who are not. */
function gate(service: ManagedService, authorize: Authorize) {
  if (typeof authorize === "function") {
    return async (req: Request, res: Response, operation: Operation | undefined) => {
      // `options` of a path is no operation: whoever may read may ask.
      const decision: unknown = await authorize(req, operation?.name ?? "read");
      if (decision === true) return true;
      send(res, answerOf(problemOf("forbidden", "You may not manage API keys here.")));
      return false;
    };
  }
  const authenticate = createAuthenticator(service, { ...authorize, optional: false });
  return async (req: Request, res: Response) => {
    const decision = await authenticate(toHttpRequest(req));
    if (!decision.ok) send(res, decision);
    else req.apiKey = decision.apiKey;
    return decision.ok;
  };
}

function otherMethod(method: string, allow: string): Reply {
  if (method === "OPTIONS") return { status: 204, headers: { Allow: allow } };
  throw new Refusal(problemOf("method_not_allowed", `Use one of: ${allow}.`), { Allow: allow });
}

function toAnswer({ status, headers, body }: Reply): Sendable {
  const common = { "Cache-Control": "no-store", ...headers };
  if (body === undefined) return { status, headers: common };
  return {
    status,
    headers: { "Content-Type": "application/json", ...common },
    body: JSON.stringify(body),
  };
}

/** The route of the OpenAPI document, where one is asked for. As guarded as the others. */
function documentRoute({ openapi, owner, authorize }: ApiKeyRouterOptions): Operation[] {
  if (openapi === undefined) return [];
  const view = owner === undefined ? "everybody" : "owner";
  const credential = typeof authorize === "function" ? false : authorize;
  return [
    {
      name: "openapi",
      method: "GET",
      path: openapi,
      summary: "This document.",
      success: 200,
      async run({ baseUrl }) {
        return {
          status: 200,
          body: openApiDocument({ view, baseUrl: baseUrl || "/", credential }),
        };
      },
    },
  ];
}
