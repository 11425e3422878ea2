/** Owns work that nobody waits for, until `close()` does. */
export class BackgroundWork {
  readonly #tasks = new Set<Promise<void>>();

  /** @param work Deals with its own failures; what it rejects with all the same is dropped. */
  start(work: () => Promise<void>): void {
    const task: Promise<void> = work()
      .catch(() => undefined)
      .finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
  }

  /** Resolves when everything that was started has ended. */
  async settled(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }
}
