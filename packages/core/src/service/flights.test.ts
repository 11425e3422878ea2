import { expect, test } from "vitest";
import { Flights } from "./flights.js";

/** Work that ends when it is told to. */
function held() {
  const ends: ((value: string) => void)[] = [];
  return {
    work: () => new Promise<string>((resolve) => void ends.push(resolve)),
    started: () => ends.length,
    end: (index: number, value: string) => ends[index]?.(value),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("calls of one tick share one piece of work, which begins after it", async () => {
  const flights = new Flights<string>();
  const { work, started, end } = held();
  const calls = [1, 2, 3].map(() => flights.join("id", "name", false, work));
  expect(started()).toBe(0);
  await turn();
  expect(started()).toBe(1);
  end(0, "done");
  expect(await Promise.all(calls)).toEqual(["done", "done", "done"]);
});

test.each([
  [true, 1],
  [false, 2],
])("work that is reading is joined where that is allowed (%s)", async (joinable, count) => {
  const flights = new Flights<string>();
  const { work, started } = held();
  void flights.join("id", "name", joinable, work);
  await turn();
  void flights.join("id", "name", joinable, work);
  await turn();
  expect(started()).toBe(count);
});

test("work of another name is other work", async () => {
  const flights = new Flights<string>();
  const { work, started } = held();
  void flights.join("id", "one", true, work);
  void flights.join("id", "other", true, work);
  await turn();
  expect(started()).toBe(2);
});

test("what has ended, well or badly, is not joined", async () => {
  const flights = new Flights<string>();
  const fails = () => Promise.reject(new Error("failed"));
  await expect(flights.join("id", "name", true, fails)).rejects.toThrow("failed");
  expect(await flights.join("id", "name", true, async () => "again")).toBe("again");
  expect(await flights.join("id", "name", true, async () => "and again")).toBe("and again");
});

test("nobody joins what was forgotten, and its end does not end its successor", async () => {
  const flights = new Flights<string>();
  const { work, started, end } = held();
  const first = flights.join("id", "name", true, work);
  const others = flights.join("other id", "other name", true, work);
  flights.forget("id");
  const second = flights.join("id", "name", true, work);
  await turn();
  expect(started()).toBe(3);
  end(0, "old");
  expect(await first).toBe("old");
  const third = flights.join("id", "name", true, work);
  const joined = flights.join("other id", "other name", true, work);
  await turn();
  expect(started()).toBe(3);
  end(1, "other");
  end(2, "new");
  expect(await Promise.all([second, third])).toEqual(["new", "new"]);
  expect(await Promise.all([others, joined])).toEqual(["other", "other"]);
});

test("all can be forgotten at once", async () => {
  const flights = new Flights<string>();
  const { work, started } = held();
  const join = () => {
    for (const id of ["a", "b"]) void flights.join(id, `name of ${id}`, true, work);
  };
  join();
  flights.forget(undefined);
  join();
  await turn();
  expect(started()).toBe(4);
});
