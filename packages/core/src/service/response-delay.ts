import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for a uniformly random time before an answer is given, whatever the answer. */
export class ResponseDelay {
  readonly #minMs: number;
  readonly #maxMs: number;

  constructor(minMs: number, maxMs: number) {
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  async after<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const pause = sleep(randomInt(this.#minMs, this.#maxMs + 1));
    try {
      return await answer;
    } finally {
      await pause;
    }
  }
}
