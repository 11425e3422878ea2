import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterEach, describe, expect, test, vi } from "vitest";
import { HmacSha256Hasher } from "../src/hashers/index.js";
import { ApiKeyService, CHANNELS, MemoryCache } from "../src/index.js";
import { InMemoryApiKeyRepository } from "../src/repositories/index.js";
import { counted, countedService } from "./counting.js";

const listeners: [string, (message: unknown) => void][] = [];

function messagesOf(channel: string): unknown[] {
  const messages: unknown[] = [];
  const listener = (message: unknown): void => {
    messages.push(message);
  };
  subscribe(channel, listener);
  listeners.push([channel, listener]);
  return messages;
}

afterEach(() => {
  for (const [channel, listener] of listeners.splice(0)) unsubscribe(channel, listener);
});

describe("verifications", () => {
  test("say their outcome, who answered and whether a hash ran", async () => {
    const { service } = countedService();
    const { key, apiKey } = await service.create({ name: "k", scopes: ["read"] });
    const other = await service.create({ name: "other" });
    const unknown = other.key;
    await service.delete(other.apiKey.id);
    const messages = messagesOf(CHANNELS.verify);

    await service.safeVerifyKey(key);
    await service.safeVerifyKey(key);
    await service.safeVerifyKey(key, { scopes: ["write"] });
    await service.safeVerifyKey(`${key.slice(0, -1)}${key.endsWith("a") ? "b" : "a"}`);
    await service.safeVerifyKey("nonsense");
    await service.safeVerifyKey(undefined);
    await service.safeVerifyKey(unknown);

    const { keyId } = apiKey;
    const none = { keyId: undefined, source: undefined, hashed: false, detail: undefined };
    expect(messages).toEqual([
      { outcome: "accepted", keyId, source: "repository", hashed: true, detail: undefined },
      { outcome: "accepted", keyId, source: "memory", hashed: false, detail: undefined },
      { outcome: "insufficient_scope", keyId, source: "memory", hashed: false, detail: undefined },
      { ...none, outcome: "checksum_mismatch" },
      { ...none, outcome: "malformed_key" },
      { ...none, outcome: "missing_key" },
      {
        outcome: "invalid_key",
        keyId: other.apiKey.keyId,
        source: "repository",
        hashed: false,
        detail: "unknown_key",
      },
    ]);
    expect(service.stats()).toMatchObject({
      accepted: 2,
      refused: {
        insufficient_scope: 1,
        checksum_mismatch: 1,
        malformed_key: 1,
        missing_key: 1,
        invalid_key: 1,
        disabled_key: 0,
        expired_key: 0,
      },
      memoryHits: 2,
      hashesVerified: 1,
      hashesCreated: 2,
    });
  });

  test("tell a fault from a refusal", async () => {
    const { service, repository } = countedService();
    const { key, apiKey } = await service.create({ name: "k" });
    const messages = messagesOf(CHANNELS.verify);
    repository.hooks.before = () => {
      throw new Error("the database is down");
    };
    await expect(service.safeVerifyKey(key)).rejects.toMatchObject({
      code: "repository_unavailable",
    });
    expect(messages).toEqual([
      {
        outcome: "repository_unavailable",
        keyId: apiKey.keyId,
        source: undefined,
        hashed: false,
        detail: undefined,
      },
    ]);
    expect(service.stats().faults).toBe(1);
  });
});

test("changes say that old versions are barred, or that this is pending", async () => {
  const cache = counted(new MemoryCache());
  const { service } = countedService({ cache: cache.proxy });
  const { apiKey } = await service.create({ name: "k" });
  const messages = messagesOf(CHANNELS.invalidate);
  const { version } = await service.deactivate(apiKey.id);
  // Before the commit, should this process die in between, and after it.
  const landed = { keyId: apiKey.keyId, version, outcome: "landed" };
  expect(messages).toEqual([landed, landed]);
  // Nothing is left to change. But the process that did may have died before the others were told.
  await service.deactivate(apiKey.id);
  expect(messages.splice(2)).toEqual([landed]);

  cache.hooks.before = () => Promise.reject(new Error("the cache is down"));
  const again = await service.activate(apiKey.id);
  const pending = { keyId: apiKey.keyId, version: again.version, outcome: "pending" };
  expect(messages.slice(2)).toEqual([pending, pending]);
  expect(service.stats().pendingInvalidations).toBe(1);
  delete cache.hooks.before;
  expect(await service.awaitInvalidation(apiKey.keyId, 5_000)).toBe(true);
  expect(messages.at(-1)).toMatchObject({ outcome: "landed", version: again.version });
});

test("batches of last-used times say how many keys they held", async () => {
  const { service, repository } = countedService();
  const { key } = await service.create({ name: "k" });
  await service.verifyKey(key);
  const messages = messagesOf(CHANNELS.lastUsed);
  repository.hooks.before = (method) => {
    if (method === "touch") throw new Error("the database is down");
  };
  await service.flushLastUsed().catch(() => undefined);
  delete repository.hooks.before;
  await service.flushLastUsed();
  expect(messages).toEqual([
    { keys: 1, outcome: "failed" },
    { keys: 1, outcome: "written" },
  ]);
  expect(service.stats()).toMatchObject({ lastUsedBatches: 1, lastUsedFailures: 1 });
});

test("a hash that is made again says so", async () => {
  const repository = new InMemoryApiKeyRepository();
  const before = countedService({
    repository,
    hasher: new HmacSha256Hasher({ pepper: "old" }),
  });
  const { key, apiKey } = await before.service.create({ name: "k" });
  const { service } = countedService({
    repository,
    hasher: new HmacSha256Hasher({ pepper: ["new", "old"] }),
  });
  const messages = messagesOf(CHANNELS.rehash);
  await service.verifyKey(key);
  await vi.waitFor(() => expect(messages).toEqual([{ keyId: apiKey.keyId, outcome: "replaced" }]));
});

test("no message holds a key, a secret, a hash or a pepper", async () => {
  const pepper = "the pepper of this test";
  const repository = new InMemoryApiKeyRepository();
  const service = new ApiKeyService({ repository, hasher: new HmacSha256Hasher({ pepper }) });
  const all = Object.values(CHANNELS).map(messagesOf);
  const { key, apiKey } = await service.create({ name: "k" });
  await service.verifyKey(key);
  await service.safeVerifyKey(key);
  await service.deactivate(apiKey.id);
  await service.safeVerifyKey(key);
  await service.flushLastUsed();
  await service.close();
  const text = JSON.stringify(all);
  expect(all.flat().length).toBeGreaterThan(4);
  expect(text).toContain(apiKey.keyId);
  const hash = (await repository.findByKeyId(apiKey.keyId))?.hash;
  for (const secret of [key, key.split("-").at(-1), hash, pepper]) {
    expect(secret?.length).toBeGreaterThan(10);
    expect(text).not.toContain(secret);
  }
});
