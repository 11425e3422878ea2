import type { IncomingMessage } from "node:http";
import { problemOf } from "@apikey/core/http";
import bodyParser from "body-parser";
import type { Request, Response } from "express";
import { Refusal } from "./refusal.js";

/** Reads the JSON body of a request; `{}` when it has none. */
export type BodyReader = (req: Request, res: Response) => Promise<unknown>;

/**
 * Makes a reader of bodies up to `limitBytes`. Compressed ones are not read: what they grow to is not known.
 * A body that a parser of the app has read already is taken from `req.body`.
 */
export function bodyReader(limitBytes: number): BodyReader {
  const parse = bodyParser.json({ limit: limitBytes, inflate: false, type: () => true });
  return async (req, res) => {
    const length = lengthOf(req);
    if (length === 0) return {};
    if (length > limitBytes) throw tooLarge(limitBytes);
    if (mediaType(req) !== "application/json") throw unsupported("Send application/json.");
    if (req.headers["content-encoding"] !== undefined) throw unsupported("Send it uncompressed.");
    await new Promise<void>((resolve, reject) => {
      parse(req, res, (error?: unknown) =>
        error === undefined ? resolve() : reject(toRefusal(error, limitBytes)),
      );
    });
    if (Array.isArray(req.body)) throw malformed();
    return req.body;
  };
}

/** In bytes; `NaN` when it is not told in advance. */
function lengthOf({ headers }: IncomingMessage): number {
  if (headers["transfer-encoding"] !== undefined) return Number.NaN;
  return Number(headers["content-length"] ?? 0);
}

function mediaType({ headers }: IncomingMessage): string | undefined {
  return headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
}

/** The parser's own messages quote the body, which may hold a key. */
function toRefusal(error: unknown, limitBytes: number): Refusal {
  const status = (error as { readonly status?: unknown } | null)?.status;
  if (status === 413) return tooLarge(limitBytes);
  if (status === 415) return unsupported("Send it in UTF-8.");
  return malformed();
}

function malformed(): Refusal {
  return new Refusal(problemOf("malformed_body", "The body must be a JSON object."));
}

function tooLarge(limitBytes: number): Refusal {
  const detail = `The body must be at most ${limitBytes} bytes long.`;
  // The rest of the body is not worth reading.
  return new Refusal(problemOf("body_too_large", detail), { Connection: "close" });
}

function unsupported(detail: string): Refusal {
  return new Refusal(problemOf("unsupported_media_type", detail));
}
