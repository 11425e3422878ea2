import { expect, test } from "vitest";
import { countedService, manualClock } from "./counting.js";

test("a key is recalled once it was verified, with the verdict of now", async () => {
  const clock = manualClock();
  const { service } = countedService({ clock });
  const expiresAt = new Date(clock.now() + 1_000);
  const { key } = await service.create({ name: "k", scopes: ["a"], expiresAt });
  expect(service.recallKey(key)).toBeUndefined();
  await service.verifyKey(key);
  expect(service.recallKey(key)).toMatchObject({ ok: true });
  expect(service.recallKey(key, { scopes: ["a"] })).toMatchObject({ ok: true });
  expect(service.recallKey(key, { scopes: ["b"] })).toMatchObject({ code: "insufficient_scope" });
  clock.advance(1_000);
  expect(service.recallKey(key)?.ok ?? false).toBe(false);
});

test("a wrong secret of a key in memory is refused at once, a malformed one is left to parsing", async () => {
  const { service } = countedService();
  const { key, apiKey } = await service.create({ name: "k" });
  await service.verifyKey(key);
  const wrong = service.format.format({ keyId: apiKey.keyId, secret: "A".repeat(64) });
  expect(service.recallKey(wrong)).toEqual({ ok: false, code: "invalid_key" });
  expect(service.recallKey(key)).toMatchObject({ ok: true });
  expect(service.stats().memoryHits).toBe(2);
  expect(service.recallKey(`${key}!`)).toBeUndefined();
  expect(service.stats().memoryHits).toBe(2);
});

test("nothing is recalled of a key that was changed", async () => {
  const { service } = countedService();
  const { key, apiKey } = await service.create({ name: "k" });
  await service.verifyKey(key);
  await service.deactivate(apiKey.id);
  expect(service.recallKey(key)).toBeUndefined();
});

test("nothing is recalled where records are read each time, answers are delayed, or all is over", async () => {
  for (const options of [{ consistency: "strict" }, { maxDelayMs: 1 }] as const) {
    const { service } = countedService(options);
    const { key } = await service.create({ name: "k" });
    await service.verifyKey(key);
    expect(service.recallKey(key)).toBeUndefined();
  }
  const { service } = countedService();
  const { key } = await service.create({ name: "k" });
  await service.verifyKey(key);
  await service.close();
  expect(service.recallKey(key)).toBeUndefined();
});

test("what is wrong to ask is wrong here too", () => {
  const { service } = countedService();
  expect(() => service.recallKey("k", { scopes: ["Not A Scope"] })).toThrow("scopes");
});
