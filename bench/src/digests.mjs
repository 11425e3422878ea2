import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

/**
 * Counts the fast digests (SHA-256, HMAC) that are made while `work` runs, by whichever of Node's functions.
 * Not for use while something is timed.
 *
 * @param {() => Promise<void>} work
 */
export async function countDigests(work) {
  let count = 0;
  const restore = [
    [crypto, "hash"],
    [crypto, "createHash"],
    [crypto, "createHmac"],
    [crypto.webcrypto.subtle, "digest"],
    [crypto.webcrypto.subtle, "sign"],
  ].map(([owner, name]) => {
    const original = owner[name];
    owner[name] = (...args) => {
      count += 1;
      return original.apply(owner, args);
    };
    return () => {
      owner[name] = original;
    };
  });
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const one of restore) one();
    syncBuiltinESMExports();
  }
  return count;
}
