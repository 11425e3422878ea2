import { expect, test } from "vitest";
import { OverloadedError } from "../errors/index.js";
import { HashQueue } from "./hash-queue.js";

/** A queue that runs one at a time, with work in it that ends when told to. */
function busyQueue(limit: number) {
  const queue = new HashQueue(1, limit);
  const started: string[] = [];
  const refused: string[] = [];
  let endRunning: (() => void) | undefined;
  const work = (label: string) => () => {
    started.push(label);
    return new Promise<void>((resolve) => {
      endRunning = resolve;
    });
  };
  const run = (keyId: string, label: string) =>
    queue.run(keyId, work(label)).catch((error: unknown) => {
      expect(error).toBeInstanceOf(OverloadedError);
      refused.push(label);
    });
  return {
    queue,
    started,
    refused,
    run,
    runPatiently: (label: string) => queue.runPatiently(work(label)),
    async drain() {
      while (queue.running > 0) {
        endRunning?.();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a full queue gives way at the end of its longest part, and to nobody with as much", async () => {
  const { queue, run, refused, started, drain } = busyQueue(6);
  for (const label of ["a0", "a1", "b1", "b2", "c1", "c2", "c3"]) void run(label[0] ?? "", label);
  expect([queue.running, queue.waiting]).toEqual([1, 6]);
  void run("c", "c4");
  await settled();
  expect(refused).toEqual(["c4"]);
  void run("a", "a2");
  await settled();
  expect(refused).toEqual(["c4", "c3"]);
  expect(() => queue.admit("a")).toThrow(OverloadedError);
  expect(() => queue.admit("c")).toThrow(OverloadedError);
  expect(() => queue.admit("d")).not.toThrow();
  void run("a", "a3");
  await settled();
  expect(refused).toEqual(["c4", "c3", "a3"]);
  void run("d", "d1");
  await settled();
  expect(refused).toHaveLength(4);
  expect(queue.waiting).toBe(6);
  await drain();
  expect(started.slice(0, 5)).toEqual(["a0", "a1", "b1", "c1", "d1"]);
  expect(started).toHaveLength(7);
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});

test("when each has one waiting, nobody gives way", async () => {
  const { queue, run, refused, drain } = busyQueue(2);
  for (const label of ["a0", "a1", "b1", "c1"]) void run(label[0] ?? "", label);
  await settled();
  expect(refused).toEqual(["c1"]);
  await drain();
  expect(() => queue.admit("c")).not.toThrow();
});

test("without a queue, work is admitted while nothing runs", async () => {
  const { queue, run, refused, drain } = busyQueue(0);
  expect(() => queue.admit("a")).not.toThrow();
  void run("a", "a0");
  expect(() => queue.admit("a")).toThrow(OverloadedError);
  void run("b", "b0");
  await settled();
  expect(refused).toEqual(["b0"]);
  await drain();
});

test("patient work takes no room, is never dropped, and has its turn", async () => {
  const { queue, run, runPatiently, refused, started, drain } = busyQueue(1);
  void run("a", "a0");
  for (const label of ["p1", "p2", "p3"]) void runPatiently(label);
  void run("b", "b1");
  expect(queue.waiting).toBe(4);
  void run("c", "c1");
  await settled();
  expect(refused).toEqual(["c1"]);
  await drain();
  expect(started).toEqual(["a0", "p1", "b1", "p2", "p3"]);
  expect(queue.waiting).toBe(0);
});

test("several that run at a time shorten the wait", async () => {
  const queue = new HashQueue(4, 100);
  const all = Array.from({ length: 104 }, () => queue.run("a", settled));
  const refusal = await queue.run("a", settled).catch((error: unknown) => error);
  // 101 of 20 ms each, the mean that is assumed before any has run, four at a time.
  expect((refusal as OverloadedError).retryAfterMs).toBe(505);
  await Promise.all(all);
});

test("the time to wait is estimated from what hashes took", async () => {
  const queue = new HashQueue(1, 100);
  const waits: number[] = [];
  const ask = (count: number) => {
    const all = Array.from({ length: count }, () => queue.run("a", settled).catch(() => undefined));
    try {
      queue.admit("a");
    } catch (error) {
      waits.push((error as OverloadedError).retryAfterMs);
    }
    return Promise.all(all);
  };
  await ask(101);
  // What took no time since has brought the estimate down.
  await ask(101);
  expect(waits[0]).toBeGreaterThanOrEqual(2_000);
  expect(waits[1]).toBeLessThan(1_000);
  expect(waits[1]).toBeGreaterThanOrEqual(100);
});
