import type { ApiKeyRepository } from "../ports/index.js";
import { lastUsedChannel } from "../telemetry/channels.js";
import type { Counters } from "./stats.js";

/** Keys whose last use may wait to be written; beyond it, further keys of the interval go unrecorded. */
const MAX_WAITING = 200_000;

/**
 * Collects last-used times and writes them in batches: at most one batch each `intervalMs`, whatever the
 * traffic. A batch that fails is kept and written with the next one.
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
    if (this.#timer === undefined) this.#schedule();
  }

  /** Writes what has been collected. Never rejects: what could not be written waits for the next time. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    while (this.#writing) await this.#writing;
    if (this.#times.size === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.flush(), this.#intervalMs);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    const times = this.#times;
    this.#times = new Map();
    try {
      await this.#repository.touch(Array.from(times, ([id, atMs]) => ({ id, at: new Date(atMs) })));
      this.#counters.lastUsedBatches += 1;
      this.#report(times.size, "written");
    } catch {
      this.#counters.lastUsedFailures += 1;
      for (const [id, atMs] of times) if (!this.#times.has(id)) this.#times.set(id, atMs);
      if (this.#timer === undefined) this.#schedule();
      this.#report(times.size, "failed");
    }
  }

  #report(keys: number, outcome: "written" | "failed"): void {
    if (lastUsedChannel.hasSubscribers) lastUsedChannel.publish({ keys, outcome });
  }
}
