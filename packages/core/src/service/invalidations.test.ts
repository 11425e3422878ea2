import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MemoryCache } from "../caches/memory-cache.js";
import { CHANNELS } from "../telemetry/index.js";
import { Invalidations } from "./invalidations.js";

const RELEVANT_MS = 60_000;

/** Invalidations of a cache that fails for the key ids in `down`, or for all. */
function setUp() {
  const down = new Set<string>();
  const asked: string[] = [];
  let nowMs = 1_000_000;
  const cache = new MemoryCache();
  const invalidate = cache.invalidate.bind(cache);
  cache.invalidate = async (keyId, version) => {
    asked.push(`${keyId} ${version}`);
    if (down.has(keyId) || down.has("all")) throw new Error("down");
    await invalidate(keyId, version);
  };
  const invalidations = new Invalidations(cache, { now: () => nowMs }, RELEVANT_MS);
  return {
    cache,
    down,
    invalidations,
    /** Moves the clock, and lets no timer run. */
    age(ms: number) {
      nowMs += ms;
    },
    /** What the cache was asked since this was called last. */
    asked: () => asked.splice(0),
    async advance(ms: number) {
      nowMs += ms;
      await vi.advanceTimersByTimeAsync(ms);
    },
  };
}

const messages: unknown[] = [];
const listen = (message: unknown) => void messages.push(message);

beforeEach(() => {
  vi.useFakeTimers();
  messages.length = 0;
  subscribe(CHANNELS.invalidate, listen);
});
afterEach(() => {
  unsubscribe(CHANNELS.invalidate, listen);
  vi.useRealTimers();
});

test("one that did not land is tried again after 100 ms, then after twice as long, up to 5 s", async () => {
  const { invalidations, down, asked, advance } = setUp();
  down.add("all");
  await invalidations.send("a", 2);
  expect(asked()).toEqual(["a 2"]);
  expect(invalidations.isPending("a")).toBe(true);
  expect(invalidations.isPending("b")).toBe(false);
  expect(invalidations.list()).toEqual([{ keyId: "a", version: 2, since: new Date(1_000_000) }]);
  for (const pauseMs of [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]) {
    await advance(pauseMs - 1);
    expect(asked()).toEqual([]);
    await advance(1);
    expect(asked()).toEqual(["a 2"]);
  }
  down.clear();
  await advance(5_000);
  expect(asked()).toEqual(["a 2"]);
  expect([invalidations.isPending("a"), invalidations.size]).toEqual([false, 0]);
  await advance(60_000);
  expect(asked()).toEqual([]);

  down.add("all");
  await invalidations.send("a", 3);
  asked();
  await advance(100);
  expect(asked()).toEqual(["a 3"]);
  await invalidations.close();
});

test("several changes of one key are one invalidation, of the newest version, and one timer", async () => {
  const { invalidations, down, asked, advance } = setUp();
  down.add("a");
  await invalidations.send("a", 3);
  await invalidations.send("a", 2);
  expect(invalidations.list()).toMatchObject([{ keyId: "a", version: 3 }]);
  asked();
  await advance(100);
  expect(asked()).toEqual(["a 3"]);
  down.clear();
  await advance(200);
  expect(invalidations.size).toBe(0);
});

test("a later change that lands settles those before it, and no newer one", async () => {
  const { invalidations, down } = setUp();
  down.add("a");
  await invalidations.send("a", 3);
  down.clear();
  await invalidations.send("a", 2);
  expect(invalidations.isPending("a")).toBe(true);
  await invalidations.send("a", 3);
  expect(invalidations.isPending("a")).toBe(false);
});

test("a change that fails while the one before is on its way stays pending", async () => {
  const { invalidations, cache, down, advance } = setUp();
  down.add("a");
  await invalidations.send("a", 2);
  let land: (() => void) | undefined;
  const real = cache.invalidate;
  cache.invalidate = () => new Promise((resolve) => (land = resolve));
  await advance(100);
  cache.invalidate = real;
  await invalidations.send("a", 3);
  land?.();
  await advance(0);
  expect(invalidations.list()).toMatchObject([{ version: 3 }]);
  down.clear();
  await advance(200);
  expect(invalidations.size).toBe(0);
});

test("one that fails alone does not keep the others waiting", async () => {
  const { invalidations, down, asked, advance } = setUp();
  down.add("all");
  const ids = Array.from({ length: 120 }, (_, index) => `key ${index}`);
  for (const id of ids) await invalidations.send(id, 2);
  asked();
  await advance(100);
  // A cache that takes none of fifty takes no more.
  expect(asked()).toHaveLength(50);
  down.clear();
  down.add("key 7");
  await advance(200);
  expect(asked()).toHaveLength(120);
  expect(invalidations.list()).toMatchObject([{ keyId: "key 7" }]);
  await advance(400);
  expect(asked()).toEqual(["key 7 2"]);
  await invalidations.close();
});

test("one is given up when no slot can be left that it is about", async () => {
  const { invalidations, down, asked, advance } = setUp();
  down.add("all");
  await invalidations.send("a", 2);
  // Tries at 0.1, 0.3, 0.7, 1.5, 3.1 and 6.3 seconds, and then every five.
  await advance(100);
  for (const pauseMs of [200, 400, 800, 1_600, 3_200]) await advance(pauseMs);
  for (let seconds = 6.3; seconds + 5 <= 60; seconds += 5) await advance(5_000);
  expect(invalidations.isPending("a")).toBe(true);
  asked();
  await advance(5_000);
  expect(asked()).toEqual([]);
  expect(invalidations.isPending("a")).toBe(false);
  expect(messages.at(-1)).toEqual({ keyId: "a", version: 2, outcome: "expired" });
});

test("exactly as old as a slot can be, it is still sent", async () => {
  for (const [ageMs, sent] of [
    [RELEVANT_MS, ["a 2"]],
    [RELEVANT_MS + 1, []],
  ] as const) {
    const { invalidations, down, asked, age } = setUp();
    down.add("all");
    await invalidations.send("a", 2);
    asked();
    age(ageMs);
    await invalidations.close();
    expect(asked()).toEqual(sent);
  }
});

test("waiters hear when it has landed, or that their time is over", async () => {
  const { invalidations, down, advance } = setUp();
  expect(await invalidations.landed("a", 10)).toBe(true);
  down.add("a");
  await invalidations.send("a", 2);
  const heard: string[] = [];
  void invalidations.landed("a", 50).then((landed) => heard.push(`first ${landed}`));
  void invalidations.landed("a", 60_000).then((landed) => heard.push(`second ${landed}`));
  void invalidations.landed("a", 60_000).then((landed) => heard.push(`third ${landed}`));
  await advance(49);
  expect(heard).toEqual([]);
  await advance(1);
  expect(heard).toEqual(["first false"]);
  down.clear();
  await advance(50);
  expect(heard).toEqual(["first false", "second true", "third true"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("waiters of one key do not hear of another", async () => {
  const { invalidations, down, advance } = setUp();
  down.add("all");
  await invalidations.send("a", 2);
  await invalidations.send("b", 2);
  const heard: string[] = [];
  void invalidations.landed("a", 1_000).then((landed) => heard.push(`a ${landed}`));
  down.clear();
  down.add("a");
  await advance(100);
  expect(invalidations.isPending("b")).toBe(false);
  expect(heard).toEqual([]);
  await advance(900);
  expect(heard).toEqual(["a false"]);
  await invalidations.close();
});

test("closing tries a last time, wakes who waits, and leaves no timer", async () => {
  const { invalidations, down, asked, advance } = setUp();
  down.add("b");
  down.add("a");
  await invalidations.send("a", 2);
  await invalidations.send("b", 2);
  const waits = [invalidations.landed("a", 60_000), invalidations.landed("b", 60_000)];
  down.delete("a");
  asked();
  await invalidations.close();
  expect(asked()).toEqual(["a 2", "b 2"]);
  expect(await Promise.all(waits)).toEqual([true, false]);
  expect(vi.getTimerCount()).toBe(0);
  await advance(60_000);
  expect(asked()).toEqual([]);
});

test("each says what became of it", async () => {
  const { invalidations, down, advance } = setUp();
  await invalidations.send("a", 2);
  down.add("a");
  await invalidations.send("a", 3);
  down.clear();
  await advance(100);
  expect(messages).toEqual([
    { keyId: "a", version: 2, outcome: "landed" },
    { keyId: "a", version: 3, outcome: "pending" },
    { keyId: "a", version: 3, outcome: "landed" },
  ]);
});
