import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LastUsedTimes } from "./last-used.js";
import { Counters } from "./stats.js";

/** A store whose writes end when the test says so. */
function setUp(intervalMs = 1_000) {
  const writes: { uses: Record<string, number>; end: (error?: Error) => Promise<void> }[] = [];
  const counters = new Counters();
  const touch = (uses: readonly { readonly id: string; readonly at: Date }[]) =>
    new Promise<void>((resolve, reject) => {
      writes.push({
        uses: Object.fromEntries(uses.map(({ id, at }) => [id, at.getTime()])),
        async end(error) {
          if (error) reject(error);
          else resolve();
          await vi.advanceTimersByTimeAsync(0);
        },
      });
    });
  return { times: new LastUsedTimes({ touch }, intervalMs, counters), writes, counters };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const advance = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("the latest use of each key is written, an interval after the first", async () => {
  const { times, writes, counters } = setUp();
  times.note("a", 1);
  await advance(500);
  times.note("a", 2);
  times.note("b", 3);
  await advance(499);
  expect(writes).toHaveLength(0);
  await advance(1);
  expect(writes.map(({ uses }) => uses)).toEqual([{ a: 2, b: 3 }]);
  await writes[0]?.end();
  expect(counters).toMatchObject({ lastUsedBatches: 1, lastUsedFailures: 0 });
  expect(vi.getTimerCount()).toBe(0);
  await advance(10_000);
  expect(writes).toHaveLength(1);
});

test("what comes in during a write is written an interval after its end", async () => {
  const { times, writes } = setUp();
  times.note("a", 1);
  await advance(1_000);
  times.note("b", 2);
  await advance(5_000);
  expect(writes).toHaveLength(1);
  await writes[0]?.end();
  await advance(999);
  expect(writes).toHaveLength(1);
  await advance(1);
  expect(writes[1]?.uses).toEqual({ b: 2 });
  await writes[1]?.end();
});

test("a failed batch is kept, without undoing what is newer, and waits a second at least", async () => {
  const { times, writes, counters } = setUp(10);
  times.note("a", 1);
  times.note("b", 1);
  await advance(10);
  times.note("a", 2);
  await writes[0]?.end(new Error("down"));
  expect(counters).toMatchObject({ lastUsedBatches: 0, lastUsedFailures: 1 });
  times.note("c", 3);
  await advance(999);
  expect(writes).toHaveLength(1);
  await advance(1);
  expect(writes[1]?.uses).toEqual({ a: 2, b: 1, c: 3 });
  await writes[1]?.end();
  times.note("a", 4);
  await advance(10);
  expect(writes[2]?.uses).toEqual({ a: 4 });
  await writes[2]?.end();
});

test("a long interval is not made shorter by a failure", async () => {
  const { times, writes } = setUp(5_000);
  times.note("a", 1);
  await advance(5_000);
  await writes[0]?.end(new Error("down"));
  await advance(4_999);
  expect(writes).toHaveLength(1);
  await advance(1);
  expect(writes).toHaveLength(2);
  await writes[1]?.end();
});

test("flushing writes at once, after a write under way, and nothing twice", async () => {
  const { times, writes } = setUp();
  await times.flush();
  expect(writes).toHaveLength(0);
  times.note("a", 1);
  const first = times.flush();
  await advance(0);
  expect(writes).toHaveLength(1);
  times.note("b", 2);
  const second = [times.flush(), times.flush()];
  await advance(0);
  expect(writes).toHaveLength(1);
  await writes[0]?.end();
  await first;
  await advance(0);
  expect(writes.map(({ uses }) => uses)).toEqual([{ a: 1 }, { b: 2 }]);
  await writes[1]?.end();
  await Promise.all(second);
  expect(vi.getTimerCount()).toBe(0);
});

test("closing writes a last time and leaves no timer, also when that fails", async () => {
  const { times, writes } = setUp();
  times.note("a", 1);
  const closed = times.close();
  await advance(0);
  await writes[0]?.end(new Error("down"));
  await closed;
  expect(vi.getTimerCount()).toBe(0);
});

test("as many keys wait as are known; those go on being noted", async () => {
  const { times, writes } = setUp();
  for (let index = 0; index < 200_000; index += 1) times.note(String(index), 1);
  times.note("one too many", 1);
  times.note("7", 2);
  void times.flush();
  await advance(0);
  const uses = writes[0]?.uses ?? {};
  expect(Object.keys(uses)).toHaveLength(200_000);
  expect(uses["one too many"]).toBeUndefined();
  expect(uses["7"]).toBe(2);
  await writes[0]?.end();
});
