import { type ApiKey, ConfigurationError } from "@apikey/core";
import {
  type AuthenticatorOptions,
  createAuthenticator,
  type HttpRefusal,
  type KeyVerifier,
} from "@apikey/core/http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { toHttpRequest } from "./request.js";
import { send } from "./send.js";
import { toError } from "./to-error.js";

/** What {@link apiKeyAuth} asks of requests. */
export interface ApiKeyAuthOptions extends AuthenticatorOptions {
  /**
   * Called before a refusal is sent: to log it (`refusal.error` holds the cause of a fault), or to answer
   * in another way. It is sent unless this has sent an answer; the request is never let through.
   */
  readonly onRefusal?:
    | ((refusal: HttpRefusal, req: Request, res: Response) => void | Promise<void>)
    | undefined;
}

/**
 * Lets requests pass that present a good API key, as `req.apiKey`, and answers all others.
 *
 * @example
 * ```ts
 * app.use("/api", apiKeyAuth(service));
 * app.post("/api/builds", apiKeyAuth(service, { scopes: ["builds:write"] }), (req, res) => {
 *   res.json({ by: apiKeyOf(req).name });
 * });
 * ```
 * @throws ConfigurationError when an option is unknown or out of its range.
 */
export function apiKeyAuth(service: KeyVerifier, options: ApiKeyAuthOptions = {}): RequestHandler {
  const { onRefusal, ...asked } = options;
  if (onRefusal !== undefined && typeof onRefusal !== "function") {
    throw new ConfigurationError("onRefusal: must be a function.");
  }
  const authenticate = createAuthenticator(service, asked);
  const { bearer = true, header = "X-API-Key", queryParameter } = options;
  const vary = bearer ? `Authorization, ${header}` : header;

  function pass(apiKey: ApiKey | undefined, req: Request, res: Response, next: NextFunction): void {
    req.apiKey = apiKey;
    // A timeout, say, may have answered meanwhile.
    if (!res.headersSent) {
      // A shared cache knows that Authorization makes an answer private, and nothing of other headers.
      if (res.hasHeader("Vary")) res.vary(vary);
      else res.setHeader("Vary", vary);
      // RFC 6750, section 2.3.
      if (queryParameter !== undefined) res.setHeader("Cache-Control", "private");
    }
    next();
  }

  async function refuse(
    refusal: HttpRefusal,
    req: Request,
    res: Response,
    next: NextFunction,
  ): Promise<void> {
    try {
      await onRefusal?.(refusal, req, res);
    } catch (error) {
      next(toError(error));
      return;
    }
    if (!res.writableEnded) send(res, refusal);
  }

  // A key in memory passes without a promise. Express 4 does not wait for any: nothing here may reject.
  return (req, res, next) => {
    const decision = authenticate(toHttpRequest(req));
    if (decision instanceof Promise) {
      return decision.then((late) =>
        late.ok ? pass(late.apiKey, req, res, next) : refuse(late, req, res, next),
      );
    }
    return decision.ok ? pass(decision.apiKey, req, res, next) : refuse(decision, req, res, next);
  };
}
