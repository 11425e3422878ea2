import { percentile } from "./spread.mjs";

/**
 * Measures contenders in turns, so that what the machine does meanwhile happens to all of them: in each
 * round each contender runs `operations` times, in an order that rotates. `before` is not timed.
 *
 * @param {{ rounds?: number, warmUp?: number, contenders: { name: string, operations: number,
 *   before?(): Promise<void> | void, run(operations: number, round: number): Promise<void> | void }[] }} options
 * @returns {Promise<{ name: string, median: number, low: number, high: number, ratio: number,
 *   ratioLow: number, ratioHigh: number }[]>} nanoseconds for one operation, and ratios to the first
 *   contender taken within each round; low and high are the 10th and 90th percentiles
 */
export async function sideBySide({ rounds = 15, warmUp = 3, contenders }) {
  const times = contenders.map(() => []);
  for (let round = -warmUp; round < rounds; round += 1) {
    for (let turn = 0; turn < contenders.length; turn += 1) {
      const index = (turn + round + warmUp) % contenders.length;
      const { operations, before, run } = contenders[index];
      await before?.();
      const start = process.hrtime.bigint();
      await run(operations, round + warmUp);
      const took = Number(process.hrtime.bigint() - start) / operations;
      if (round >= 0) times[index][round] = took;
    }
  }
  return contenders.map(({ name }, index) => {
    const ratios = times[index].map((time, round) => time / times[0][round]);
    return {
      name,
      median: percentile(times[index], 50),
      low: percentile(times[index], 10),
      high: percentile(times[index], 90),
      ratio: percentile(ratios, 50),
      ratioLow: percentile(ratios, 10),
      ratioHigh: percentile(ratios, 90),
    };
  });
}
