import type { Invalidation } from "@apikey/core";

/** Invalidations that are kept to be made again. */
const MAX_KEPT = 10_000;
const AT_A_TIME = 50;
const RETRY_MS = 1_000;

/**
 * Makes this process's recent invalidations again whenever the connection has come back: a server that was
 * restarted empty, or a replica that took over, may never have seen them.
 */
export class RecentInvalidations {
  readonly #relevantMs: number;
  readonly #send: (invalidation: Invalidation) => Promise<void>;
  readonly #kept = new Map<string, { readonly version: number; readonly at: number }>();
  #replaying: Promise<void> | undefined;
  #isAskedAgain = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(relevantMs: number, send: (invalidation: Invalidation) => Promise<void>) {
    this.#relevantMs = relevantMs;
    this.#send = send;
  }

  remember({ keyId, version }: Invalidation): void {
    const known = this.#kept.get(keyId);
    // Deleted first, so that the order of the map is the order of time.
    this.#kept.delete(keyId);
    this.#kept.set(keyId, {
      version: Math.max(version, known?.version ?? 0),
      at: performance.now(),
    });
    this.#dropOld();
  }

  replay(): void {
    this.#isAskedAgain = true;
    this.#replaying ??= this.#replayAll().finally(() => {
      this.#replaying = undefined;
    });
  }

  async close(): Promise<void> {
    this.#kept.clear();
    clearTimeout(this.#timer);
    await this.#replaying;
  }

  async #replayAll(): Promise<void> {
    while (this.#isAskedAgain) {
      this.#isAskedAgain = false;
      this.#dropOld();
      const all = Array.from(this.#kept, ([keyId, { version }]) => ({ keyId, version }));
      for (let at = 0; at < all.length; at += AT_A_TIME) {
        const some = all.slice(at, at + AT_A_TIME);
        const results = await Promise.allSettled(some.map((one) => this.#send(one)));
        if (results.some(({ status }) => status === "rejected")) {
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => this.replay(), RETRY_MS);
          this.#timer.unref();
          return;
        }
      }
    }
  }

  #dropOld(): void {
    const oldest = performance.now() - this.#relevantMs;
    for (const [keyId, { at }] of this.#kept) {
      if (at >= oldest && this.#kept.size <= MAX_KEPT) return;
      this.#kept.delete(keyId);
    }
  }
}
