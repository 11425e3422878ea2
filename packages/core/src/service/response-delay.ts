import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for a uniformly random time before an answer is given, whatever the answer. */
export async function delayed<Answer>(
  minMs: number,
  maxMs: number,
  answer: Promise<Answer>,
): Promise<Answer> {
  const pause = sleep(randomInt(minMs, maxMs + 1));
  try {
    return await answer;
  } finally {
    await pause;
  }
}
