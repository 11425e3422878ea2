import { HasherFailedError } from "../errors/index.js";
import type { ApiKeyHasher, HashMatch } from "../ports/index.js";
import { guard } from "./guard.js";
import { fingerprintHash } from "./proof-memo.js";

/**
 * Several hashers as one: the first hashes, the one that recognizes a stored hash verifies it. So a fleet
 * moves to another algorithm without issuing keys anew.
 */
export class HasherChoice {
  readonly #hashers: readonly [ApiKeyHasher, ...ApiKeyHasher[]];

  /** What every proof of this generation begins with. */
  readonly #mark: string;

  constructor(hashers: readonly [ApiKeyHasher, ...ApiKeyHasher[]]) {
    this.#hashers = hashers;
    this.#mark = `${hashers[0].generation ?? ""}.`;
  }

  /** Names a stored hash to proofs, which are of use only to those who would make new hashes alike. */
  proofOf(hash: string): string {
    return this.#mark + fingerprintHash(hash);
  }

  /** Whether a proof was made by such a one; if not, the hash may be outdated, and must be computed. */
  trusts(proof: string): boolean {
    return proof.startsWith(this.#mark);
  }

  /** @throws HasherFailedError when the hash function fails. */
  async hash(secret: string): Promise<string> {
    return guard(HasherFailedError, () => this.#hashers[0].hash(secret));
  }

  /** @throws HasherFailedError when the hash function fails, or no hasher recognizes the hash. */
  async verify(hash: string, secret: string): Promise<false | HashMatch> {
    return guard(HasherFailedError, async () => {
      const hasher = this.#hashers.find((candidate) => candidate.recognizes(hash));
      // Not the key's fault: whoever presents it must not be told that it is wrong.
      if (hasher === undefined) {
        throw new Error("No hasher recognizes the stored hash. Add its hasher.");
      }
      const match = await hasher.verify(hash, secret);
      if (match === false) return false;
      // A hasher of somebody else's that answers `undefined`, say, has accepted nothing.
      if (typeof match.outdated !== "boolean") throw new Error("The hasher gave no answer.");
      return { outdated: match.outdated || hasher !== this.#hashers[0] };
    });
  }
}
