import type { ApiKeyRepository } from "../ports/index.js";
import { lastUsedChannel } from "../telemetry/channels.js";
import type { Counters } from "./stats.js";

/** Keys whose last use may wait to be written; beyond it, further keys of the interval go unrecorded. */
const MAX_WAITING = 200_000;

/** A store that fails is left alone for this long at least. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * Collects last-used times and writes them in batches: at most one batch each `intervalMs`, whatever the
 * traffic, and one at a time, however long it takes. A batch that fails is kept and written with the next.
 */
export class LastUsedTimes {
  #times = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  readonly #repository: Pick<ApiKeyRepository, "touch">;
  readonly #intervalMs: number;
  readonly #counters: Counters;

  constructor(repository: Pick<ApiKeyRepository, "touch">, intervalMs: number, counters: Counters) {
    this.#repository = repository;
    this.#intervalMs = intervalMs;
    this.#counters = counters;
  }

  note(id: string, atMs: number): void {
    if (this.#times.size < MAX_WAITING || this.#times.has(id)) this.#times.set(id, atMs);
    if (this.#timer === undefined && this.#writing === undefined) this.#schedule(this.#intervalMs);
  }

  /** Writes what has been collected. Never rejects: what could not be written waits for the next time. */
  async flush(): Promise<void> {
    // Nothing new begins beside a write under way: its end schedules what came in meanwhile.
    await this.#writing;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#times.size > 0) this.#writing ??= this.#write();
    await this.#writing;
  }

  /** Writes a last time. What cannot be written now is lost. */
  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
  }

  #schedule(delayMs: number): void {
    this.#timer = setTimeout(() => void this.flush(), delayMs).unref();
  }

  async #write(): Promise<void> {
    const times = this.#times;
    this.#times = new Map();
    let delayMs = this.#intervalMs;
    try {
      await this.#repository.touch(Array.from(times, ([id, atMs]) => ({ id, at: new Date(atMs) })));
      this.#counters.lastUsedBatches += 1;
      lastUsedChannel.publish({ keys: times.size, outcome: "written" });
    } catch {
      delayMs = Math.max(delayMs, PAUSE_AFTER_FAILURE_MS);
      this.#counters.lastUsedFailures += 1;
      for (const [id, atMs] of times) if (!this.#times.has(id)) this.#times.set(id, atMs);
      lastUsedChannel.publish({ keys: times.size, outcome: "failed" });
    }
    this.#writing = undefined;
    if (this.#times.size > 0) this.#schedule(delayMs);
  }
}
