import { OverloadedError } from "../errors/index.js";

interface Waiting {
  readonly start: () => void;
  readonly drop: () => void;
}

/** Weight of the newest duration in the running mean that `retryAfterMs` is estimated from. */
const NEWEST_WEIGHT = 0.2;

/**
 * Runs hash work a few at a time. What waits is bounded, and served round-robin over key ids; when the
 * queue is full, the key id with the most work waiting loses one. So a flood of wrong secrets for one key
 * delays and refuses that key alone.
 */
export class HashQueue {
  /** Work waiting for each key id. The order of the map is the order of turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #concurrency: number;
  readonly #limit: number;
  #waitingCount = 0;
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
    return this.#waitingCount;
  }

  /** @throws OverloadedError when the queue is full and this key id has the most work waiting. */
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
    if (this.#waitingCount >= this.#limit && !this.#makeRoom(keyId)) {
      return Promise.reject(this.#overloaded());
    }
    return new Promise((resolve, reject) => {
      const waiting = { start: resolve, drop: () => reject(this.#overloaded()) };
      const queue = this.#waiting.get(keyId);
      if (queue) queue.push(waiting);
      else this.#waiting.set(keyId, [waiting]);
      this.#waitingCount += 1;
    });
  }

  #startNext(): void {
    const next = this.#waiting.entries().next();
    if (next.done || this.#running >= this.#concurrency) return;
    const [keyId, queue] = next.value;
    this.#waiting.delete(keyId);
    const first = queue.shift();
    if (queue.length > 0) this.#waiting.set(keyId, queue);
    this.#waitingCount -= 1;
    this.#running += 1;
    first?.start();
  }

  /** Drops the newest work of the key id with the most, unless that is the newcomer's own. */
  #makeRoom(keyId: string): boolean {
    let longest = this.#waiting.get(keyId) ?? [];
    for (const queue of this.#waiting.values()) {
      if (queue.length > longest.length + 1) longest = queue;
    }
    if (longest === this.#waiting.get(keyId) || longest.length === 0) return false;
    longest.pop()?.drop();
    this.#waitingCount -= 1;
    return true;
  }

  #overloaded(): OverloadedError {
    const waitMs = (this.#meanMs * (this.#waitingCount + 1)) / this.#concurrency;
    return new OverloadedError(Math.max(100, Math.ceil(waitMs)));
  }
}
