import { hash } from "node:crypto";
import { LRUCache } from "lru-cache";

/**
 * Fingerprint of a stored hash: names it without telling it. Proofs refer to hashes by it.
 * Truncated SHA-256 (132 bits in base64url) under a label of its own.
 */
export function fingerprintHash(storedHash: string): string {
  return hash("sha256", `apikey:stored-hash:${storedHash}`, "base64url").slice(0, 22);
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

  learn(keyId: string, digest: string, fingerprint: string): void {
    this.#proofs.set(keyId, { digest, fingerprint });
  }
}
