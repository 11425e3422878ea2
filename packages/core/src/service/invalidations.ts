import type { ApiKeyCache, Clock } from "../ports/index.js";
import { type InvalidateMessage, invalidateChannel } from "../telemetry/channels.js";

/** An invalidation that has not reached the cache yet. */
export interface PendingInvalidation {
  readonly keyId: string;
  /** Versions below this one are to be barred. */
  readonly version: number;
  /** When the change was made. */
  readonly since: Date;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const AT_A_TIME = 50;

/**
 * Sends invalidations to the cache, and keeps those that it did not take until they land or until every
 * slot that they are about has expired.
 */
export class Invalidations {
  readonly #cache: ApiKeyCache;
  readonly #clock: Clock;
  /** After this long no slot is left that was written before the change. */
  readonly #relevantMs: number;
  readonly #pending = new Map<string, PendingInvalidation>();
  readonly #waiters = new Map<string, Set<() => void>>();
  #retryMs = FIRST_RETRY_MS;
  #timer: NodeJS.Timeout | undefined;
  #retrying: Promise<void> | undefined;

  constructor(cache: ApiKeyCache, clock: Clock, relevantMs: number) {
    this.#cache = cache;
    this.#clock = clock;
    this.#relevantMs = relevantMs;
  }

  /** While this is so, the cache must not be asked about the key. */
  isPending(keyId: string): boolean {
    return this.#pending.size > 0 && this.#pending.has(keyId);
  }

  get size(): number {
    return this.#pending.size;
  }

  list(): PendingInvalidation[] {
    return [...this.#pending.values()];
  }

  /** Bars versions below `version`, or keeps doing so in the background. Never rejects. */
  async send(keyId: string, version: number): Promise<void> {
    try {
      await this.#cache.invalidate(keyId, version);
      this.#report(keyId, version, "landed");
      const older = this.#pending.get(keyId);
      if (older && older.version <= version) this.#forget(keyId);
    } catch {
      this.#keep(keyId, version);
      this.#report(keyId, version, "pending");
    }
  }

  /** Resolves `true` once nothing is pending for the key, `false` when the time is over before. */
  async landed(keyId: string, timeoutMs: number): Promise<boolean> {
    if (!this.isPending(keyId)) return true;
    return new Promise((resolve) => {
      const waiters = this.#waiters.get(keyId) ?? new Set();
      this.#waiters.set(keyId, waiters);
      const settle = (): void => {
        clearTimeout(timer);
        waiters.delete(settle);
        resolve(!this.isPending(keyId));
      };
      const timer = setTimeout(settle, timeoutMs);
      waiters.add(settle);
    });
  }

  /** Tries the pending ones a last time, and stops. */
  async close(): Promise<void> {
    await this.#retrying;
    await this.#retry();
    clearTimeout(this.#timer);
    for (const keyId of [...this.#waiters.keys()]) this.#wake(keyId);
  }

  #keep(keyId: string, version: number): void {
    const known = this.#pending.get(keyId);
    this.#pending.set(keyId, {
      keyId,
      version: Math.max(version, known?.version ?? 0),
      since: new Date(this.#clock.now()),
    });
    this.#schedule();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#retrying = this.#retry();
    }, this.#retryMs).unref();
  }

  async #retry(): Promise<void> {
    clearTimeout(this.#timer);
    let failed = false;
    let allFailed = false;
    const relevantSince = this.#clock.now() - this.#relevantMs;
    for (const pending of this.list()) {
      if (pending.since.getTime() < relevantSince) this.#done(pending, "expired");
    }
    const all = this.list();
    for (let at = 0; at < all.length && !allFailed; at += AT_A_TIME) {
      const some = all.slice(at, at + AT_A_TIME);
      const results = await Promise.allSettled(
        some.map(async (pending) => {
          await this.#cache.invalidate(pending.keyId, pending.version);
          this.#done(pending, "landed");
        }),
      );
      // One that fails alone (its part of a cluster is down) does not keep the others waiting.
      allFailed = results.every(({ status }) => status === "rejected");
      failed ||= results.some(({ status }) => status === "rejected");
    }
    this.#timer = undefined;
    this.#retryMs = failed ? Math.min(this.#retryMs * 2, LONGEST_RETRY_MS) : FIRST_RETRY_MS;
    if (this.#pending.size > 0) this.#schedule();
  }

  #done(sent: PendingInvalidation, outcome: "landed" | "expired"): void {
    // A later change of the same key may have replaced it while it was on its way.
    if (this.#pending.get(sent.keyId) !== sent) return;
    this.#forget(sent.keyId);
    this.#report(sent.keyId, sent.version, outcome);
  }

  #forget(keyId: string): void {
    this.#pending.delete(keyId);
    this.#wake(keyId);
  }

  #wake(keyId: string): void {
    for (const settle of this.#waiters.get(keyId) ?? []) settle();
    this.#waiters.delete(keyId);
  }

  #report(keyId: string, version: number, outcome: InvalidateMessage["outcome"]): void {
    invalidateChannel.publish({ keyId, version, outcome });
  }
}
