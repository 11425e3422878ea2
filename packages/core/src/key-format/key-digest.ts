import { hash, randomBytes } from "node:crypto";

/** Names a key string to this process. */
export type KeyDigest = (key: string) => string;

/**
 * Makes a digest of key strings: SHA-256 under a random secret. It never leaves the process; the secret only
 * keeps a memory dump from being searched by key.
 */
export function createKeyDigest(): KeyDigest {
  const secret = randomBytes(32).toString("base64");
  return (key) => hash("sha256", secret + key, "binary");
}
