import { describe, expect, test, vi } from "vitest";
import { countedService, manualClock } from "./counting.js";

describe("last-used times", () => {
  test("are one write for an interval, whatever the traffic, and flushed on close", async () => {
    const clock = manualClock();
    const { service, repository } = countedService({ clock });
    const made = await Promise.all(Array.from({ length: 5 }, () => service.create({ name: "n" })));
    for (let round = 0; round < 100; round += 1) {
      clock.advance(1);
      for (const { key } of made) await service.verifyKey(key);
    }
    expect(repository.calls.touch).toBeUndefined();
    await service.close();
    expect(repository.calls.touch).toBe(1);
    for (const { apiKey } of made) {
      const stored = await repository.proxy.findById(apiKey.id);
      expect(stored).toMatchObject({ lastUsedAt: new Date(clock.now()), version: 1 });
    }
  });

  test("are written each interval while there is traffic, and not without", async () => {
    vi.useFakeTimers();
    try {
      const { service, repository } = countedService({ lastUsed: { intervalMs: 1_000 } });
      const { key } = await service.create({ name: "n" });
      for (let round = 0; round < 100; round += 1) {
        await service.verifyKey(key);
        await vi.advanceTimersByTimeAsync(100);
      }
      expect(repository.calls.touch).toBeGreaterThanOrEqual(9);
      expect(repository.calls.touch).toBeLessThanOrEqual(10);
      await vi.advanceTimersByTimeAsync(1_000);
      const written = repository.calls.touch;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(repository.calls.touch).toBe(written);
    } finally {
      vi.useRealTimers();
    }
  });

  test("of refused verifications are not recorded", async () => {
    const { service, repository } = countedService();
    const { key } = await service.create({ name: "n", isActive: false });
    await service.safeVerifyKey(key);
    await service.close();
    expect(repository.calls.touch).toBeUndefined();
  });

  test("that could not be written are written with the next batch, and fail no request", async () => {
    const { service, repository } = countedService();
    const { key, apiKey } = await service.create({ name: "n" });
    repository.hooks.before = (method) => {
      if (method === "touch") throw new Error("down");
    };
    await service.verifyKey(key);
    await service.flushLastUsed();
    expect(service.stats()).toMatchObject({ lastUsedBatches: 0, lastUsedFailures: 1 });
    repository.hooks.before = () => undefined;
    await service.flushLastUsed();
    expect(service.stats().lastUsedBatches).toBe(1);
    expect((await service.getById(apiKey.id)).lastUsedAt).not.toBeNull();
  });

  test("wait while a write hangs: one at a time, whatever the traffic", async () => {
    vi.useFakeTimers();
    try {
      const { service, repository } = countedService({ lastUsed: "immediate" });
      const { key, apiKey } = await service.create({ name: "n" });
      let fail = (): void => undefined;
      repository.hooks.before = (method) => {
        if (method !== "touch") return undefined;
        return new Promise((_, reject) => {
          fail = () => reject(new Error("timed out"));
        });
      };
      for (let round = 0; round < 50; round += 1) {
        await service.verifyKey(key);
        await vi.advanceTimersByTimeAsync(10);
      }
      expect(repository.calls.touch).toBe(1);
      repository.hooks.before = () => undefined;
      fail();
      await vi.advanceTimersByTimeAsync(990);
      expect(repository.calls.touch).toBe(1);
      await vi.advanceTimersByTimeAsync(20);
      expect(repository.calls.touch).toBe(2);
      expect((await service.getById(apiKey.id)).lastUsedAt).not.toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  test("leave a failing store in peace for a second, and end with the service", async () => {
    vi.useFakeTimers();
    try {
      const { service, repository } = countedService({ lastUsed: "immediate" });
      const { key } = await service.create({ name: "n" });
      repository.hooks.before = (method) => {
        if (method === "touch") throw new Error("down");
      };
      await service.verifyKey(key);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(repository.calls.touch).toBeLessThanOrEqual(11);
      expect(repository.calls.touch).toBeGreaterThanOrEqual(9);
      await service.close();
      const written = repository.calls.touch;
      await vi.advanceTimersByTimeAsync(60_000);
      expect(repository.calls.touch).toBe(written);
    } finally {
      vi.useRealTimers();
    }
  });

  test("can be immediate, or off", async () => {
    const immediate = countedService({ lastUsed: "immediate" });
    const one = await immediate.service.create({ name: "n" });
    await immediate.service.verifyKey(one.key);
    await vi.waitFor(() => expect(immediate.repository.calls.touch).toBe(1));
    const off = countedService({ lastUsed: "off" });
    const two = await off.service.create({ name: "n" });
    await off.service.verifyKey(two.key);
    await off.service.close();
    expect(off.repository.calls.touch).toBeUndefined();
  });

  test("never undo a revocation that lands in between", async () => {
    const { service } = countedService();
    const { key, apiKey } = await service.create({ name: "n" });
    await service.verifyKey(key);
    await service.deactivate(apiKey.id);
    await service.flushLastUsed();
    expect((await service.getById(apiKey.id)).isActive).toBe(false);
  });
});
