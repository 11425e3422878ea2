import { type ApiKey, ValidationError } from "@apikey/core";
import { problemOf } from "@apikey/core/http";
import { Refusal } from "./refusal.js";

/** The entity tag of a key: its version. */
export function etagOf({ version }: ApiKey): string {
  return `"${version}"`;
}

const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

/**
 * Holds a change to the version that its caller has seen: `If-Match`, RFC 9110, section 13.1.1. Tags compare
 * strongly, so weak ones match nothing.
 * @throws Refusal (412) when none of the tags is that of the key.
 */
export function requireMatch(ifMatch: string | undefined, apiKey: ApiKey): void {
  if (ifMatch === undefined || ifMatch.trim() === "*") return;
  const tags = ifMatch.split(",").map((tag) => tag.trim());
  if (!tags.every((tag) => TAG.test(tag))) {
    throw new ValidationError([
      { field: "If-Match", message: 'must be * or entity tags in quotes, as in "3"' },
    ]);
  }
  if (!tags.includes(etagOf(apiKey))) throw preconditionFailed();
}

export function preconditionFailed(): Refusal {
  const detail = "The API key is no longer in the version of If-Match. Read it again.";
  return new Refusal(problemOf("precondition_failed", detail));
}
