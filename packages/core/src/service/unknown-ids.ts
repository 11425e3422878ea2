import { LRUCache } from "lru-cache";
import { detach } from "../key-format/detach.js";

const MAX_IDS = 10_000;
const TTL_MS = 1_000;

/**
 * Remembers for a second which key ids are not stored, so that a client repeating a deleted key does not
 * reach the repository each time. Bounded.
 */
export class UnknownIds {
  readonly #expiry = new LRUCache<string, number>({ max: MAX_IDS });
  #generation = 0;

  has(keyId: string, nowMs: number): boolean {
    const expiresAtMs = this.#expiry.get(keyId);
    return expiresAtMs !== undefined && nowMs < expiresAtMs;
  }

  /** To be read before the repository is, and handed to {@link remember}. */
  get generation(): number {
    return this.#generation;
  }

  /** Does nothing when something was forgotten since `generation` was read. */
  remember(keyId: string, nowMs: number, generation: number): void {
    if (generation === this.#generation) this.#expiry.set(detach(keyId), nowMs + TTL_MS);
  }

  /** Forgets one key id, or all when it is `undefined`. */
  forget(keyId: string | undefined): void {
    this.#generation += 1;
    if (keyId === undefined) this.#expiry.clear();
    else this.#expiry.delete(keyId);
  }
}
