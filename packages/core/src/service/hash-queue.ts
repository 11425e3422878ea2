import { OverloadedError } from "../errors/index.js";

interface Waiting {
  readonly start: () => void;
  readonly drop: () => void;
}

/** Stands for no key id: the one queue of all patient work. */
const PATIENT = "";

/** Weight of the newest duration in the running mean that `retryAfterMs` is estimated from. */
const NEWEST_WEIGHT = 0.2;

/**
 * Runs hash work a few at a time. What waits is bounded, and served round-robin over key ids; when the
 * queue is full, the key id with the most work waiting loses one. So a flood of wrong secrets for one key
 * delays and refuses that key alone. Patient work, which nobody outside can ask for, takes its turns as one
 * key id would, and is never refused.
 */
export class HashQueue {
  /** Work waiting for each key id. The order of the map is the order of turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #concurrency: number;
  readonly #limit: number;
  /** Work that may be refused. */
  #refusableCount = 0;
  #running = 0;
  #meanMs = 20;

  constructor(concurrency: number, limit: number) {
    this.#concurrency = concurrency;
    this.#limit = limit;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#refusableCount + (this.#waiting.get(PATIENT)?.length ?? 0);
  }

  /** Runs work that waits as long as it takes. */
  runPatiently<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.run(PATIENT, work);
  }

  /**
   * For asking before anything else is spent on work that would be refused.
   * @throws OverloadedError when the queue is full and this key id has the most work waiting.
   */
  admit(keyId: string): void {
    if (this.#running >= this.#concurrency) this.#queueToCut(keyId);
  }

  /** @throws OverloadedError as {@link admit} does, also later, when another key id needs the room. */
  async run<Result>(keyId: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running >= this.#concurrency) await this.#turn(keyId);
    else this.#running += 1;
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      this.#meanMs += NEWEST_WEIGHT * (performance.now() - startedAt - this.#meanMs);
      this.#running -= 1;
      this.#startNext();
    }
  }

  #turn(keyId: string): Promise<void> {
    if (keyId !== PATIENT) {
      const longest = this.#queueToCut(keyId);
      if (longest) longest.pop()?.drop();
      else this.#refusableCount += 1;
    }
    return new Promise((resolve, reject) => {
      const waiting = { start: resolve, drop: () => reject(this.#overloaded()) };
      const queue = this.#waiting.get(keyId);
      if (queue) queue.push(waiting);
      else this.#waiting.set(keyId, [waiting]);
    });
  }

  #startNext(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    const [keyId, queue] = next;
    this.#waiting.delete(keyId);
    const first = queue.shift();
    if (queue.length > 0) this.#waiting.set(keyId, queue);
    if (keyId !== PATIENT) this.#refusableCount -= 1;
    this.#running += 1;
    first?.start();
  }

  /**
   * The queue that has to give way to one more of this key id: the longest. `undefined` while there is room.
   * @throws OverloadedError when the longest would be its own.
   */
  #queueToCut(keyId: string): Waiting[] | undefined {
    if (this.#refusableCount < this.#limit) return undefined;
    let length = (this.#waiting.get(keyId)?.length ?? 0) + 1;
    let longest: Waiting[] | undefined;
    for (const [other, queue] of this.#waiting) {
      if (other !== PATIENT && queue.length > length) {
        longest = queue;
        length = queue.length;
      }
    }
    if (longest === undefined) throw this.#overloaded();
    return longest;
  }

  #overloaded(): OverloadedError {
    const waitMs = (this.#meanMs * (this.waiting + 1)) / this.#concurrency;
    return new OverloadedError(Math.max(100, Math.ceil(waitMs)));
  }
}
