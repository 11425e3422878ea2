interface Waiting {
  readonly dueAt: number;
  readonly expire: () => void;
}

/**
 * Gives promises the same time to settle, with one timer for all of them: a timer for each would cost a
 * command over a warm connection more than its own work does.
 */
export class Deadlines {
  readonly #timeoutMs: number;
  /** In the order that they are due, since all have the same time. */
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  /** @param timeoutMs How long each promise has, in milliseconds. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** As `promise` settles, or rejected with what `late` returns once the time is over. */
  within<Result>(promise: Promise<Result>, late: () => Error): Promise<Result> {
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        dueAt: performance.now() + this.#timeoutMs,
        expire: () => reject(late()),
      };
      this.#waiting.add(waiting);
      this.#timer ??= setTimeout(() => this.#expire(), this.#timeoutMs);
      promise.then(
        (result) => {
          this.#waiting.delete(waiting);
          resolve(result);
        },
        (error: unknown) => {
          this.#waiting.delete(waiting);
          reject(error);
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
