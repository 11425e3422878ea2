import { createHash } from "node:crypto";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";

const CREATED_AT = new Date("2026-01-01T00:00:00Z");

/** A secret without a checksum, which any 64 characters are. */
const SECRET = "s".repeat(64);

/** The key string of a number. All have the same secret: nothing that is measured depends on it. */
export function derivedKey(number) {
  return `ak-${keyIdOf(number)}-${SECRET}`;
}

/** The same key id with another secret, a new one for each number. */
export function wrongKey(number, attempt) {
  return `ak-${keyIdOf(number)}-${String(attempt).padStart(64, "w")}`;
}

/** A repository of any number of keys that takes no memory for them: records are made when they are read. */
export class DerivedRepository extends InMemoryApiKeyRepository {
  #hash;
  #size;
  reads = 0;

  /** @param {{ hasher: import("@apikey/core").ApiKeyHasher, size: number }} options */
  static async open({ hasher, size }) {
    const repository = new DerivedRepository();
    repository.#hash = await hasher.hash(SECRET);
    repository.#size = size;
    return repository;
  }

  async findByKeyId(keyId) {
    this.reads += 1;
    const number = Number.parseInt(keyId.slice(8), 16);
    if (!(number < this.#size) || keyIdOf(number) !== keyId) return undefined;
    return {
      id: `id-${keyId}`,
      keyId,
      version: 1,
      name: `key ${number}`,
      description: null,
      ownerId: `customer-${number % 1_000}`,
      scopes: ["read", "write"],
      metadata: {},
      isActive: true,
      expiresAt: null,
      createdAt: CREATED_AT,
      updatedAt: CREATED_AT,
      lastUsedAt: null,
      hint: "ssss…ssss",
      hash: this.#hash,
    };
  }

  async touch() {}
}

/** Eight characters that look random, as ids do to the cache's map, and eight that say the number. */
function keyIdOf(number) {
  const digits = number.toString(16).padStart(8, "0");
  return createHash("sha256").update(digits).digest("hex").slice(0, 8) + digits;
}
