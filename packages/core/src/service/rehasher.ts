import type { StoredApiKey } from "../domain/index.js";
import { type RehashMessage, rehashChannel } from "../telemetry/channels.js";
import type { BackgroundWork } from "./background-work.js";
import type { Changes } from "./changes.js";
import type { Issuer } from "./issuer.js";
import { fingerprintHash, type ProofMemo } from "./proof-memo.js";

/** Parts of a {@link Rehasher}. */
export interface RehasherParts {
  readonly issuer: Issuer;
  readonly changes: Changes;
  readonly memo: ProofMemo;
  readonly background: BackgroundWork;
}

/** Makes hashes again that matched under an old pepper, cost or algorithm, while the secret is at hand. */
export class Rehasher {
  readonly #parts: RehasherParts;

  constructor(parts: RehasherParts) {
    this.#parts = parts;
  }

  /** In the background; a key that was changed in between keeps its hash until it is verified anew. */
  start(stored: StoredApiKey, secret: string, digest: string): void {
    const { issuer, changes, memo, background } = this.#parts;
    background.start(async () => {
      try {
        const hash = await issuer.hash(secret);
        const replaced = await changes.update(stored, { hash });
        if (replaced) memo.learn(stored.keyId, digest, fingerprintHash(hash));
        report(stored.keyId, replaced ? "replaced" : "superseded");
      } catch {
        report(stored.keyId, "failed");
      }
    });
  }
}

function report(keyId: string, outcome: RehashMessage["outcome"]): void {
  if (rehashChannel.hasSubscribers) rehashChannel.publish({ keyId, outcome });
}
