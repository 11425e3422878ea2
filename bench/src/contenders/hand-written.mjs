// What one writes without a library, over a Map that stands for the database.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { hash, verify } from "@node-rs/argon2";
import { LRUCache } from "lru-cache";
import { checkAPIKey, extractShortToken, generateAPIKey } from "prefixed-api-key";

const REMEMBER_MS = 300_000;

/** Argon2id on every request, with the costs that apikey has by default. */
export async function openArgon2({ keys }) {
  return openWith({
    keys,
    make: async (secret) => hash(secret, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
    check: (stored, secret) => verify(stored, secret),
    isStrong: true,
  });
}

/** SHA-256 of the secret, stored and compared on every request. */
export function openSha256({ keys }) {
  const sha256 = (secret) => createHash("sha256").update(secret).digest();
  return openWith({
    keys,
    make: async (secret) => sha256(secret),
    check: (stored, secret) => timingSafeEqual(stored, sha256(secret)),
    isStrong: false,
  });
}

/**
 * Argon2id once, then an LRU of the key's SHA-256 for five minutes. What people add when Argon2 on every request
 * is too slow: it remembers as apikey does, but nothing tells it of a revocation.
 */
export async function openRemembered({ keys }) {
  const inner = await openArgon2({ keys });
  const known = new LRUCache({ max: 100_000, ttl: REMEMBER_MS });
  return {
    ...inner,
    forget: () => known.clear(),
    async verify(key) {
      const digest = createHash("sha256").update(key).digest("base64");
      if (known.get(digest) === true) return true;
      const matches = await inner.verify(key);
      if (matches) known.set(digest, true);
      return matches;
    },
  };
}

/** prefixed-api-key: it parses and compares one SHA-256. Look-up, status and expiry are left to its user. */
export async function openPrefixedApiKey({ keys }) {
  const work = { strongHashes: 0, reads: 0, writes: 0 };
  const rows = new Map();
  const issued = [];
  for (let index = 0; index < keys; index += 1) {
    const { token, shortToken, longTokenHash } = await generateAPIKey({ keyPrefix: "bench" });
    rows.set(shortToken, { longTokenHash, isActive: true, expiresAt: null });
    issued.push(token);
  }
  return {
    keys: issued,
    work: () => ({ ...work }),
    forget() {},
    wrong,
    async verify(key) {
      work.reads += 1;
      const row = await rows.get(extractShortToken(key));
      return row !== undefined && checkAPIKey(key, row.longTokenHash) && isUsable(row);
    },
    close: async () => {},
  };
}

async function openWith({ keys, make, check, isStrong }) {
  const work = { strongHashes: 0, reads: 0, writes: 0 };
  const rows = new Map();
  const issued = [];
  for (let index = 0; index < keys; index += 1) {
    const keyId = randomBytes(8).toString("hex");
    const secret = randomBytes(32).toString("hex");
    rows.set(keyId, { hash: await make(secret), isActive: true, expiresAt: null });
    issued.push(`ak-${keyId}-${secret}`);
  }
  return {
    keys: issued,
    work: () => ({ ...work }),
    forget() {},
    wrong,
    async verify(key) {
      const [, keyId, secret] = key.split("-");
      work.reads += 1;
      const row = await rows.get(keyId);
      if (row === undefined) return false;
      if (isStrong) work.strongHashes += 1;
      return (await check(row.hash, secret)) && isUsable(row);
    },
    close: async () => {},
  };
}

function wrong(key) {
  return `${key.slice(0, -4)}zzzz`;
}

function isUsable({ isActive, expiresAt }) {
  return isActive && (expiresAt === null || Date.now() < expiresAt);
}
