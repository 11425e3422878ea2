import type { ApiKeyService } from "@apikey/core";
import type express5 from "express";
import { type ApiKeyRouterOptions, apiKeyRouter } from "../src/index.js";
import { serve } from "./server.js";

/** An answer, as far as tests look at it. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of any shape
  readonly body: any;
}

/** Sends a request with a JSON body, if any. */
export async function call(
  origin: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(origin + path, {
    method,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

/** The management API at `/keys`; open to everybody unless told otherwise. */
export async function manage(
  express: typeof express5,
  service: ApiKeyService,
  options: Partial<ApiKeyRouterOptions> = {},
) {
  const router = apiKeyRouter(service, { authorize: () => true, ...options });
  const origin = `${await serve(express().use("/keys", router))}/keys`;
  return (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    call(origin, method, path, body, headers);
}
