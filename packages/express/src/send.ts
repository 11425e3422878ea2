import type { ServerResponse } from "node:http";
import type { HttpAnswer } from "@apikey/core/http";

/** What can be sent: an answer, with a body or without. */
export type Sendable = Pick<HttpAnswer, "status" | "headers"> & { readonly body?: string };

/** Sends an answer as it is. Headers set before (CORS, say) stay. */
export function send(res: ServerResponse, { status, headers, body }: Sendable): void {
  // Whoever has begun an answer ends it.
  if (res.headersSent) return;
  res.statusCode = status;
  for (const name of Object.keys(headers)) res.setHeader(name, headers[name] ?? "");
  if (body !== undefined) res.setHeader("Content-Length", Buffer.byteLength(body));
  res.end(body);
}
