import { createHmac } from "node:crypto";

/**
 * Name of the hashes that are made under a pepper with some settings, for `ApiKeyHasher.generation`: six
 * characters of an HMAC, which tell neither.
 */
export function generationOf(pepper: string, settings: string): string {
  return createHmac("sha256", pepper)
    .update(`apikey:generation:${settings}`)
    .digest("base64url")
    .slice(0, 6);
}
