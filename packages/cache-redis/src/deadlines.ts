interface Waiting {
  readonly dueAt: number;
  readonly expire: () => void;
}

/** What {@link Deadlines} tell of each promise. */
export interface DeadlinesOptions {
  /** How long each promise has, in milliseconds. */
  readonly timeoutMs: number;
  /** It has been kept in time. */
  readonly kept: () => void;
  /** It has failed; `undefined` when it was late. Returns what to reject with. */
  readonly failed: (cause: unknown) => Error;
}

/**
 * Gives promises the same time to settle, with one timer for all of them: a timer for each would cost a
 * command over a warm connection more than its own work does.
 */
export class Deadlines {
  readonly #options: DeadlinesOptions;
  /** In the order that they are due, since all have the same time. */
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DeadlinesOptions) {
    this.#options = options;
  }

  /** Promises that have yet to settle. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** As `promise` settles, or rejected once the time is over. */
  within<Result>(promise: Promise<Result>): Promise<Result> {
    const { timeoutMs, kept, failed } = this.#options;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        dueAt: performance.now() + timeoutMs,
        expire: () => reject(failed(undefined)),
      };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(() => this.#expire(), timeoutMs);
      promise.then(
        (result) => {
          if (!this.#waiting.delete(waiting)) return;
          kept();
          resolve(result);
        },
        (error: unknown) => {
          if (this.#waiting.delete(waiting)) reject(failed(error));
        },
      );
    });
  }

  #expire(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.dueAt > now) {
        this.#timer = setTimeout(() => this.#expire(), waiting.dueAt - now);
        return;
      }
      this.#waiting.delete(waiting);
      waiting.expire();
    }
  }
}
