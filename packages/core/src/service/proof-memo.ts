import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";

/**
 * Fingerprint of a stored hash: names it without telling it. Proofs refer to hashes by it.
 * SHA-256 under a label of its own, truncated to 128 bits, in base64url.
 */
export function fingerprintHash(storedHash: string): string {
  const digest = hash("sha256", `apikey:stored-hash:${storedHash}`, "buffer");
  return digest.toString("base64url", 0, 16);
}

interface Proof {
  readonly digest: string;
  readonly fingerprint: string;
}

/**
 * Remembers which key string matched which stored hash. That is a pure function's result: it cannot go
 * stale, survives every change of the record and needs no invalidation.
 */
export class ProofMemo {
  readonly #proofs: LRUCache<string, Proof>;

  constructor(maxKeys: number) {
    this.#proofs = new LRUCache({ max: maxKeys });
  }

  /**
   * Whether the key string of `digest` matches the stored hash of `fingerprint`; `undefined` when not known.
   * One stored hash has one secret: another digest than the proven one is a wrong secret.
   */
  recall(keyId: string, digest: string, fingerprint: string): boolean | undefined {
    const proof = this.#proofs.get(keyId);
    return proof?.fingerprint === fingerprint ? proof.digest === digest : undefined;
  }

  /** Whether a key string of this key id is known, of whichever stored hash. */
  has(keyId: string): boolean {
    return this.#proofs.has(keyId);
  }

  /** Whether the key string of this stored hash is known: it has but one, so there is nothing to learn. */
  knows(keyId: string, fingerprint: string): boolean {
    return this.#proofs.get(keyId)?.fingerprint === fingerprint;
  }

  learn(keyId: string, digest: string, fingerprint: string): void {
    this.#proofs.set(keyId, { digest, fingerprint });
  }
}
