import type { StoredApiKey } from "../domain/index.js";
import { Flights } from "./flights.js";
import type { HashQueue } from "./hash-queue.js";
import type { HasherChoice } from "./hasher-choice.js";
import type { ProofMemo } from "./proof-memo.js";
import type { Rehasher } from "./rehasher.js";
import type { Counters } from "./stats.js";

/** Parts of a {@link SecretProver}. */
export interface SecretProverParts {
  readonly hasher: HasherChoice;
  readonly queue: HashQueue;
  readonly memo: ProofMemo;
  readonly counters: Counters;
  readonly rehasher: Rehasher;
}

/** Proves secrets against stored hashes, and never the same one twice. */
export class SecretProver {
  readonly #parts: SecretProverParts;
  readonly #flights = new Flights<boolean>();

  constructor(parts: SecretProverParts) {
    this.#parts = parts;
  }

  /** Whether every secret can be judged against this stored hash without computing one. */
  knows(keyId: string, fingerprint: string): boolean {
    return this.#parts.memo.knows(keyId, fingerprint);
  }

  /** Learns from a cache that the key string of `digest()` matched the stored hash. */
  learn(keyId: string, fingerprint: string, digest: () => string): void {
    const { memo } = this.#parts;
    if (!memo.knows(keyId, fingerprint)) memo.learn(keyId, digest(), fingerprint);
  }

  /**
   * For asking before the record is read: a flood of secrets that nobody will try is to cost little.
   * @throws OverloadedError when a hash for this key would be refused now, and may be needed.
   */
  admit(keyId: string): void {
    if (!this.#parts.memo.has(keyId)) this.#parts.queue.admit(keyId);
  }

  async prove(
    stored: StoredApiKey,
    secret: string,
    digest: string,
    fingerprint: string,
  ): Promise<{ matches: boolean; hashed: boolean }> {
    const known = this.#parts.memo.recall(stored.keyId, digest, fingerprint);
    if (known !== undefined) return { matches: known, hashed: false };
    // The result depends on nothing but the two texts in the flight's name: it may always be shared.
    const matches = await this.#flights.join(stored.keyId, digest + fingerprint, true, () =>
      this.#hash(stored, secret, digest, fingerprint),
    );
    return { matches, hashed: true };
  }

  async #hash(
    stored: StoredApiKey,
    secret: string,
    digest: string,
    fingerprint: string,
  ): Promise<boolean> {
    const { hasher, queue, memo, counters, rehasher } = this.#parts;
    const match = await queue.run(stored.keyId, () => {
      counters.hashesVerified += 1;
      return hasher.verify(stored.hash, secret);
    });
    if (match === false) return false;
    memo.learn(stored.keyId, digest, fingerprint);
    if (match.outdated) rehasher.start(stored, secret, digest);
    return true;
  }
}
