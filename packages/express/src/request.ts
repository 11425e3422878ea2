import type { IncomingMessage } from "node:http";
import { type ApiKey, ConfigurationError } from "@apikey/core";
import type { HttpRequest } from "@apikey/core/http";

declare global {
  namespace Express {
    interface Request {
      /** The key that the request was let in with. Set by `apiKeyAuth`. */
      apiKey?: ApiKey | undefined;
    }
  }
}

/**
 * The key that a request was let in with, for handlers behind `apiKeyAuth`.
 * @throws ConfigurationError when no `apiKeyAuth` ran before, or the request is anonymous (`optional`).
 */
export function apiKeyOf(req: Express.Request): ApiKey {
  if (req.apiKey !== undefined) return req.apiKey;
  throw new ConfigurationError(
    "The request has no API key. Put apiKeyAuth(service) before this handler; where it is `optional`, read req.apiKey.",
  );
}

/** What core reads of a request. Raw headers show repeated ones, which `headers` hides. */
export function toHttpRequest(req: IncomingMessage): HttpRequest {
  // Some serverless adapters build requests without raw headers.
  const raw: string[] | undefined = req.rawHeaders;
  return { headers: raw?.length ? raw : req.headers, url: req.url };
}
