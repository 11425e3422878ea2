import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, test } from "vitest";
import { HmacSha256Hasher } from "../src/hashers/index.js";
import {
  type ApiKeyHasher,
  ApiKeyService,
  type OverloadedError,
  systemRandom,
} from "../src/index.js";
import { InMemoryApiKeyRepository } from "../src/repositories/index.js";
import { CHANNELS, type RehashMessage } from "../src/telemetry/index.js";
import { countedService, gate } from "./counting.js";

/** A hasher whose verifications end when the test says so. */
function heldHasher() {
  const inner = new HmacSha256Hasher({ pepper: "p" });
  const held: (() => void)[] = [];
  let mostAtATime = 0;
  let running = 0;
  const hasher: ApiKeyHasher = {
    recognizes: (hash) => inner.recognizes(hash),
    hash: (secret) => inner.hash(secret),
    async verify(hash, secret) {
      running += 1;
      mostAtATime = Math.max(mostAtATime, running);
      await new Promise<void>((resolve) => held.push(resolve));
      running -= 1;
      return inner.verify(hash, secret);
    },
  };
  return {
    hasher,
    held,
    most: () => mostAtATime,
    /** Ends what runs, and what comes after it, until nothing is left. */
    async releaseAll() {
      for (let idle = 0; idle < 5; idle += 1) {
        while (held.length > 0) {
          idle = 0;
          for (const release of held.splice(0)) release();
          await turn();
        }
        await turn();
      }
    },
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

function wrongSecrets(service: ApiKeyService, keyId: string, count: number): string[] {
  const id = Buffer.from(keyId, "hex");
  return Array.from({ length: count }, () =>
    service.format.format(
      service.format.generate((size) => (size === id.length ? id : systemRandom(size))),
    ),
  );
}

describe("hash work", () => {
  test("is done a few at a time, and what waits is bounded", async () => {
    const { hasher, most, releaseAll } = heldHasher();
    const { service } = countedService({ hasher, hashing: { concurrency: 2, queueLimit: 10 } });
    const { apiKey } = await service.create({ name: "n" });
    const results = wrongSecrets(service, apiKey.keyId, 1_000).map((key) =>
      service.safeVerifyKey(key).catch((error: unknown) => error),
    );
    await turn();
    expect(service.stats()).toMatchObject({ hashesRunning: 2, hashesWaiting: 10 });
    await releaseAll();
    const outcomes = await Promise.all(results);
    expect(outcomes.filter((outcome) => (outcome as { ok?: boolean }).ok === false)).toHaveLength(
      12,
    );
    const refused = outcomes.filter((outcome) => outcome instanceof Error);
    expect(refused).toHaveLength(988);
    for (const error of refused) {
      expect(error).toMatchObject({ code: "overloaded" });
      expect((error as OverloadedError).retryAfterMs).toBeGreaterThanOrEqual(100);
    }
    expect(most()).toBe(2);
    expect(service.stats()).toMatchObject({ hashesRunning: 0, hashesWaiting: 0 });
  });

  test("of other keys goes on while one key is flooded", async () => {
    const { hasher, held, releaseAll } = heldHasher();
    const { service } = countedService({ hasher, hashing: { concurrency: 1, queueLimit: 50 } });
    const flooded = await service.create({ name: "flooded" });
    const others = await Promise.all(
      Array.from({ length: 10 }, () => service.create({ name: "other" })),
    );
    const flood = wrongSecrets(service, flooded.apiKey.keyId, 500).map((key) =>
      service.safeVerifyKey(key).catch(() => "overloaded"),
    );
    await turn();
    let done = 0;
    const honest = others.map(async ({ key }) => {
      expect((await service.safeVerifyKey(key)).ok).toBe(true);
      done += 1;
    });
    await turn();
    // Round-robin: after at most two turns each, every other key has had its own.
    for (let turns = 0; turns < 21; turns += 1) {
      held.shift()?.();
      await turn();
    }
    expect(done).toBe(10);
    await releaseAll();
    await Promise.all([...flood, ...honest]);
  });

  test("that would be refused costs no read, and spares keys that need none", async () => {
    const { hasher, held, releaseAll } = heldHasher();
    const repository = new InMemoryApiKeyRepository();
    const options = { repository, hasher, hashing: { concurrency: 1, queueLimit: 5 } };
    const { service, repository: seen } = countedService(options);
    const proven = await service.create({ name: "proven" });
    const proof = service.verifyKey(proven.key);
    await turn();
    await releaseAll();
    await proof;
    const unproven = (await new ApiKeyService(options).create({ name: "unproven" })).key;
    const flooded = (await new ApiKeyService(options).create({ name: "flooded" })).apiKey;
    const first = wrongSecrets(service, flooded.keyId, 6).map((key) => service.safeVerifyKey(key));
    await turn();
    expect(service.stats()).toMatchObject({ hashesRunning: 1, hashesWaiting: 5 });

    const readsBefore = seen.calls.findByKeyId;
    for (const key of wrongSecrets(service, flooded.keyId, 20)) {
      await expect(service.safeVerifyKey(key)).rejects.toMatchObject({ code: "overloaded" });
    }
    expect(seen.calls.findByKeyId).toBe(readsBefore);
    // Its record is read again, and needs no hash.
    await service.update(proven.apiKey.id, { name: "changed" });
    expect((await service.safeVerifyKey(proven.key)).ok).toBe(true);
    await service.update(proven.apiKey.id, { name: "changed again" });
    const [wrong = ""] = wrongSecrets(service, proven.apiKey.keyId, 1);
    expect(await service.safeVerifyKey(wrong)).toMatchObject({ ok: false, code: "invalid_key" });

    const honest = service.safeVerifyKey(unproven);
    await turn();
    expect(held).toHaveLength(1);
    await releaseAll();
    expect((await honest).ok).toBe(true);
    const outcomes = await Promise.allSettled(first);
    // One gave way to the honest caller.
    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(1);
  });

  test("is not needed for a key that was proven, however full the queue", async () => {
    const { hasher, releaseAll } = heldHasher();
    const { service } = countedService({ hasher, hashing: { concurrency: 1, queueLimit: 1 } });
    const proven = await service.create({ name: "proven" });
    const flooded = await service.create({ name: "flooded" });
    const proof = service.verifyKey(proven.key);
    await turn();
    await releaseAll();
    await proof;
    const flood = wrongSecrets(service, flooded.apiKey.keyId, 2).map((key) =>
      service.safeVerifyKey(key),
    );
    await turn();
    await service.update(proven.apiKey.id, { name: "changed" });
    expect(await service.verifyKey(proven.key)).toMatchObject({ name: "changed" });
    await releaseAll();
    await Promise.all(flood);
  });

  test("of new keys waits as long as it takes, and starves nobody", async () => {
    const { service } = countedService({ hashing: { concurrency: 1, queueLimit: 1 } });
    const made = await Promise.all(
      Array.from({ length: 500 }, () => service.create({ name: "n" })),
    );
    expect(made).toHaveLength(500);
  });
});

describe("migration", () => {
  test("to a new pepper makes each hash again after its first match, by compare-and-set", async () => {
    const repository = new InMemoryApiKeyRepository();
    const old = countedService({ repository, hasher: new HmacSha256Hasher({ pepper: "old" }) });
    const { key, apiKey } = await old.service.create({ name: "n" });
    const before = await repository.findById(apiKey.id);

    const hasher = new HmacSha256Hasher({ pepper: ["new", "old"] });
    const rotating = countedService({ repository, hasher, lastUsed: "off" });
    expect((await rotating.service.safeVerifyKey(key)).ok).toBe(true);
    await rotating.service.close();
    const after = await repository.findById(apiKey.id);
    expect(after?.hash).not.toBe(before?.hash);
    expect(after).toEqual({ ...before, hash: after?.hash, version: 2 });

    const later = countedService({ repository, hasher: new HmacSha256Hasher({ pepper: "new" }) });
    expect((await later.service.safeVerifyKey(key)).ok).toBe(true);
  });

  test("costs one hash more and then none, also in the process that did it", async () => {
    const repository = new InMemoryApiKeyRepository();
    const old = countedService({ repository, hasher: new HmacSha256Hasher({ pepper: "old" }) });
    const { key } = await old.service.create({ name: "n" });
    const hasher = new HmacSha256Hasher({ pepper: ["new", "old"] });
    const { service } = countedService({ repository, hasher });
    await Promise.all(Array.from({ length: 100 }, () => service.verifyKey(key)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (let index = 0; index < 10; index += 1) await service.verifyKey(key);
    expect(service.stats()).toMatchObject({ hashesVerified: 1, hashesCreated: 1 });
  });

  test("holds a thousand secrets at most; further keys are left for later", async () => {
    const repository = new InMemoryApiKeyRepository();
    const old = countedService({ repository, hasher: new HmacSha256Hasher({ pepper: "old" }) });
    const keys: string[] = [];
    for (let index = 0; index <= 1_000; index += 1) {
      keys.push((await old.service.create({ name: "n" })).key);
    }
    const hasher = new HmacSha256Hasher({ pepper: ["new", "old"] });
    const { opened: released, open: release } = gate();
    const { service } = countedService({
      repository,
      hasher: {
        recognizes: (hash) => hasher.recognizes(hash),
        verify: (hash, secret) => hasher.verify(hash, secret),
        hash: (secret) => released.then(() => hasher.hash(secret)),
      },
      hashing: { concurrency: 1_024 },
      lastUsed: "off",
    });
    const outcomes: string[] = [];
    const listen = (message: unknown) => void outcomes.push((message as RehashMessage).outcome);
    subscribe(CHANNELS.rehash, listen);
    for (const key of keys) await service.verifyKey(key);
    expect(outcomes).toEqual(["postponed"]);
    release();
    await service.close();
    unsubscribe(CHANNELS.rehash, listen);
    expect(outcomes.filter((outcome) => outcome === "replaced")).toHaveLength(1_000);

    const later = countedService({ repository, hasher });
    await later.service.verifyKey(keys.at(-1) ?? "");
    await later.service.close();
    expect(later.service.stats().hashesCreated).toBe(1);
  });

  test("does not undo a change that came in between", async () => {
    const repository = new InMemoryApiKeyRepository();
    const old = countedService({ repository, hasher: new HmacSha256Hasher({ pepper: "old" }) });
    const { key, apiKey } = await old.service.create({ name: "n" });
    const hasher = new HmacSha256Hasher({ pepper: ["new", "old"] });
    const { service, repository: seen } = countedService({ repository, hasher });
    seen.hooks.before = async (method) => {
      if (method === "update") await old.service.deactivate(apiKey.id);
    };
    await service.verifyKey(key);
    await service.close();
    expect(await repository.findById(apiKey.id)).toMatchObject({ isActive: false, version: 2 });
  });

  test("to another hasher picks the one that recognizes the stored hash", async () => {
    const marked = (label: string, pepper: string): ApiKeyHasher => {
      const inner = new HmacSha256Hasher({ pepper });
      const strip = (hash: string) => hash.slice(label.length);
      return {
        recognizes: (hash) => hash.startsWith(label),
        hash: async (secret) => label + (await inner.hash(secret)),
        verify: (hash, secret) => inner.verify(strip(hash), secret),
      };
    };
    const [first, second] = [marked("$one$", "p1"), marked("$two$", "p2")];
    const repository = new InMemoryApiKeyRepository();
    const old = new ApiKeyService({ repository, hasher: first });
    const { key, apiKey } = await old.create({ name: "n" });
    const service = new ApiKeyService({ repository, hasher: [second, first] });
    expect((await service.safeVerifyKey(key)).ok).toBe(true);
    await service.close();
    expect((await repository.findById(apiKey.id))?.hash).toMatch(/^\$two\$/);
  });
});
