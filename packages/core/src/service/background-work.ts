/** Knows what is under way, so that `close()` can wait for it. */
export class BackgroundWork {
  readonly #tasks = new Set<Promise<unknown>>();

  /** Hands on work that somebody else waits for too. */
  track<Result>(task: Promise<Result>): Promise<Result> {
    this.#tasks.add(task);
    const end = (): void => void this.#tasks.delete(task);
    task.then(end, end);
    return task;
  }

  /** Resolves when everything that was started has ended, however. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.allSettled(this.#tasks);
  }
}
