import { expect, test } from "vitest";
import { UnknownIds } from "./unknown-ids.js";

test("an id is remembered for a second", () => {
  const ids = new UnknownIds();
  expect(ids.has("a", 0)).toBe(false);
  ids.remember("a", 0, ids.generation);
  expect(ids.has("a", 999)).toBe(true);
  expect(ids.has("a", 1_000)).toBe(false);
  expect(ids.has("b", 0)).toBe(false);
});

test("what was read before something was forgotten is not remembered", () => {
  const ids = new UnknownIds();
  for (const forgotten of ["other", undefined]) {
    const { generation } = ids;
    ids.forget(forgotten);
    ids.remember("a", 0, generation);
    expect(ids.has("a", 0)).toBe(false);
  }
});

test("one id is forgotten, or all are", () => {
  const ids = new UnknownIds();
  for (const id of ["a", "b", "c"]) ids.remember(id, 0, ids.generation);
  ids.forget("a");
  expect(["a", "b", "c"].map((id) => ids.has(id, 0))).toEqual([false, true, true]);
  ids.forget(undefined);
  expect(["a", "b", "c"].map((id) => ids.has(id, 0))).toEqual([false, false, false]);
});

test("ten thousand are remembered, the latest", () => {
  const ids = new UnknownIds();
  for (let index = 0; index <= 10_000; index += 1) {
    ids.remember(String(index), 0, ids.generation);
  }
  expect(ids.has("0", 0)).toBe(false);
  expect(ids.has("1", 0)).toBe(true);
  expect(ids.has("10000", 0)).toBe(true);
});
