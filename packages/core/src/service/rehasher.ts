import type { StoredApiKey } from "../domain/index.js";
import { type RehashMessage, rehashChannel } from "../telemetry/channels.js";
import type { BackgroundWork } from "./background-work.js";
import type { Changes } from "./changes.js";
import type { HasherChoice } from "./hasher-choice.js";
import type { Issuer } from "./issuer.js";
import type { ProofMemo } from "./proof-memo.js";

/** Parts of a {@link Rehasher}. */
export interface RehasherParts {
  readonly hasher: HasherChoice;
  readonly issuer: Issuer;
  readonly changes: Changes;
  readonly memo: ProofMemo;
  readonly background: BackgroundWork;
}

/** Hashes waiting to be made again, with the secrets they are made from; further ones wait for another process. */
const MAX_WAITING = 1_000;
/** Keys that were made again and are remembered. */
const MAX_REMEMBERED = 100_000;

/** Makes hashes again that matched under an old pepper, cost or algorithm, while the secret is at hand. */
export class Rehasher {
  readonly #parts: RehasherParts;
  #waiting = 0;
  /**
   * Keys whose hash was made again here. One that is outdated once more was made by a process of another
   * deployment, which prefers its own first pepper: a tug-of-war over a hot key would help nobody.
   */
  readonly #replaced = new Set<string>();

  constructor(parts: RehasherParts) {
    this.#parts = parts;
  }

  /** In the background. What does not come to pass is left to the next process that proves the secret. */
  start(stored: StoredApiKey, secret: string, digest: string): void {
    if (this.#replaced.has(stored.keyId)) return;
    if (this.#waiting >= MAX_WAITING) report(stored.keyId, "postponed");
    else void this.#parts.background.track(this.#rehash(stored, secret, digest));
  }

  /** Never rejects. */
  async #rehash(stored: StoredApiKey, secret: string, digest: string): Promise<void> {
    const { hasher, issuer, changes, memo } = this.#parts;
    this.#waiting += 1;
    try {
      const hash = await issuer.hash(secret);
      const replaced = await changes.update(stored, { hash });
      if (replaced) {
        if (this.#replaced.size < MAX_REMEMBERED) this.#replaced.add(stored.keyId);
        memo.learn(stored.keyId, digest, hasher.proofOf(hash));
      }
      report(stored.keyId, replaced ? "replaced" : "superseded");
    } catch {
      report(stored.keyId, "failed");
    } finally {
      this.#waiting -= 1;
    }
  }
}

function report(keyId: string, outcome: RehashMessage["outcome"]): void {
  rehashChannel.publish({ keyId, outcome });
}
