import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { HmacSha256Hasher } from "../src/hashers/index.js";
import { type ApiKey, ApiKeyService, ConfigurationError, MemoryCache } from "../src/index.js";
import { InMemoryApiKeyRepository } from "../src/repositories/index.js";
import { countedService, manualClock } from "./counting.js";

describe("create", () => {
  test("returns the record and, once, the full key", async () => {
    const { service, repository } = countedService();
    const { apiKey, key } = await service.create({
      name: "n",
      description: "d",
      ownerId: "o",
      scopes: ["b", "a", "b"],
      metadata: { a: [1] },
      expiresAt: new Date(8e12),
    });
    expect(apiKey).toMatchObject({
      version: 1,
      name: "n",
      description: "d",
      ownerId: "o",
      scopes: ["a", "b"],
      metadata: { a: [1] },
      isActive: true,
      expiresAt: new Date(8e12),
      lastUsedAt: null,
    });
    const secret = key.split("-")[2] ?? "";
    expect(apiKey.hint).toBe(`${secret.slice(0, 4)}…${secret.slice(-4)}`);
    const stored = await repository.proxy.findById(apiKey.id);
    expect(JSON.stringify(stored)).not.toContain(secret);
    expect(JSON.stringify(apiKey)).not.toContain(stored?.hash);
  });

  test("gives 1000 keys 1000 ids and secrets", async () => {
    const { service } = countedService();
    const made = await Promise.all(
      Array.from({ length: 1_000 }, () => service.create({ name: "n" })),
    );
    expect(new Set(made.map(({ apiKey }) => apiKey.id)).size).toBe(1_000);
    expect(new Set(made.map(({ apiKey }) => apiKey.keyId)).size).toBe(1_000);
    expect(new Set(made.map(({ key }) => key.split("-")[2])).size).toBe(1_000);
  });

  test.each<[string, unknown]>([
    ["", null as unknown as object],
    ["", "name"],
    ["name", {}],
    ["name", { name: "" }],
    ["name", { name: 5 }],
    ["name", { name: "x".repeat(256) }],
    ["name", { name: "a\nb" }],
    ["name", { name: "\ud800" }],
    ["description", { name: "n", description: "x".repeat(2_001) }],
    ["description", { name: "n", description: "a\0b" }],
    ["ownerId", { name: "n", ownerId: "" }],
    ["scopes", { name: "n", scopes: "a" }],
    ["scopes.1", { name: "n", scopes: ["a", "B"] }],
    ["scopes.0", { name: "n", scopes: ["a b"] }],
    ["scopes.0", { name: "n", scopes: ["a::b"] }],
    ["scopes.0", { name: "n", scopes: [":a"] }],
    ["scopes.0", { name: "n", scopes: ["a".repeat(129)] }],
    ["scopes", { name: "n", scopes: Array.from({ length: 101 }, (_, index) => `s${index}`) }],
    ["metadata", { name: "n", metadata: [] }],
    ["metadata", { name: "n", metadata: { a: undefined } }],
    ["metadata", { name: "n", metadata: { a: new Date() } }],
    ["metadata", { name: "n", metadata: { a: new Array(2) } }],
    ["expiresAt", { name: "n", expiresAt: new Date(8.64e15) }],
    ["metadata", { name: "n", metadata: { a: Number.NaN } }],
    ["metadata", { name: "n", metadata: { a: "\0" } }],
    ["metadata", { name: "n", metadata: JSON.parse('{"a":[{"__proto__":null}]}') }],
    ["metadata", { name: "n", metadata: { a: "x".repeat(20_000) } }],
    ["metadata", { name: "n", metadata: circular() }],
    ["isActive", { name: "n", isActive: 1 }],
    ["expiresAt", { name: "n", expiresAt: new Date(0) }],
    ["expiresAt", { name: "n", expiresAt: new Date(Number.NaN) }],
    ["expiresAt", { name: "n", expiresAt: "2999-01-01" }],
    ["key", { name: "n", key: "not a key" }],
    ["hash", { name: "n", hash: "x" }],
    ["version", { name: "n", version: 7 }],
  ])("names the field %s and stores nothing: %o", async (field, input) => {
    const { service, repository, hasher } = countedService();
    const error = await service
      .create(input as { name: string })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "validation_failed" });
    expect((error as { issues: { field: string }[] }).issues[0]?.field).toBe(field);
    expect(repository.calls.create).toBeUndefined();
    expect(hasher.calls).toEqual({});
  });

  test("never repeats a rejected value, which might be a secret", async () => {
    const { service } = countedService();
    const secret = "ak-92f5326fb9b44ab7-SECRETSECRETSECRETSECRETSECRETSECRET";
    for (const input of [
      { name: "n", key: secret },
      { name: ["x", secret] },
      { name: "n", scopes: [secret] },
    ]) {
      const error = await service
        .create(input as { name: string })
        .catch((thrown: unknown) => thrown);
      expect(inspect(error) + JSON.stringify(error)).not.toContain("SECRETSECRET");
    }
  });

  test("takes over a key string, and refuses the same id twice", async () => {
    const { service } = countedService();
    const { key } = await countedService().service.create({ name: "elsewhere" });
    const { apiKey } = await service.create({ name: "n", key });
    expect(await service.verifyKey(key)).toMatchObject({ id: apiKey.id });
    await expect(service.create({ name: "m", key })).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("update", () => {
  test("changes what is given and increments the version", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const { apiKey } = await service.create({ name: "n", ownerId: "o", scopes: ["a"] });
    clock.advance(5);
    const updated = await service.update(apiKey.id, {
      scopes: ["c", "b"],
      ownerId: null,
      name: undefined,
    });
    expect(updated).toEqual({
      ...apiKey,
      version: 2,
      scopes: ["b", "c"],
      ownerId: null,
      updatedAt: new Date(clock.now()),
    });
    expect(await service.getById(apiKey.id)).toEqual(updated);
    expect(await service.getByKeyId(apiKey.keyId)).toEqual(updated);
  });

  test("with nothing to change changes nothing", async () => {
    const { service } = countedService();
    const { apiKey } = await service.create({ name: "n" });
    expect(await service.update(apiKey.id, {})).toEqual(apiKey);
  });

  test("never loses one of two at a time: one of them is told", async () => {
    const { service } = countedService();
    const { apiKey } = await service.create({ name: "n" });
    const results = await Promise.allSettled([
      service.update(apiKey.id, { name: "one" }),
      service.update(apiKey.id, { description: "two" }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { reason } = results.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    expect(reason).toMatchObject({ code: "version_conflict" });
    expect((await service.getById(apiKey.id)).version).toBe(2);
  });

  test("of another version than the one meant is refused", async () => {
    const { service } = countedService();
    const { apiKey } = await service.create({ name: "n" });
    await service.update(apiKey.id, { name: "m" }, { ifVersion: 1 });
    await expect(service.update(apiKey.id, { name: "o" }, { ifVersion: 1 })).rejects.toMatchObject({
      code: "version_conflict",
    });
  });

  test("to no key at all is refused too when another version was meant", async () => {
    const { service } = countedService();
    const { apiKey, key } = await service.create({ name: "n" });
    await service.update(apiKey.id, { name: "m" });
    const conflict = { code: "version_conflict" };
    await expect(service.delete(apiKey.id, { ifVersion: 1 })).rejects.toMatchObject(conflict);
    await service.verifyKey(key);
    await service.delete(apiKey.id, { ifVersion: 2 });
    expect((await service.safeVerifyKey(key)).ok).toBe(false);
  });

  test("to no key at all does not hit one that was changed after it was read", async () => {
    const inner = new InMemoryApiKeyRepository();
    const { service, repository } = countedService({ repository: inner });
    const { apiKey } = await service.create({ name: "n", ownerId: "mine" });
    repository.hooks.before = async (method) => {
      if (method === "delete") await inner.update(apiKey.id, 1, { ownerId: "yours" });
    };
    await expect(service.delete(apiKey.id, { ifVersion: 1 })).rejects.toMatchObject({
      code: "version_conflict",
    });
    expect((await service.getById(apiKey.id)).ownerId).toBe("yours");
  });

  test.each<[string, object]>([
    ["keyId", { keyId: "0000000000000000" }],
    ["id", { id: "x" }],
    ["hash", { hash: "x" }],
    ["version", { version: 9 }],
    ["key", { key: "x" }],
    ["expiresAt", { expiresAt: new Date(0) }],
    ["name", { name: null }],
  ])("refuses the field %s", async (field, input) => {
    const { service } = countedService();
    const { apiKey } = await service.create({ name: "n" });
    await expect(service.update(apiKey.id, input)).rejects.toMatchObject({
      code: "validation_failed",
      issues: [{ field }],
    });
    expect((await service.getById(apiKey.id)).version).toBe(1);
  });

  test("of a key that is not there says so, as all others do", async () => {
    const { service } = countedService();
    const missing = "3c3c3c3c-0000-4000-8000-000000000000";
    for (const work of [
      () => service.update(missing, { name: "n" }),
      () => service.getById(missing),
      () => service.getByKeyId("0000000000000000"),
      () => service.activate(missing),
      () => service.deactivate(missing),
      () => service.rotate(missing),
      () => service.delete(missing),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: "key_not_found" });
    }
  });
});

describe("a warm key", () => {
  const changes: [
    string,
    string | undefined,
    (service: ApiKeyService, id: string) => Promise<unknown>,
  ][] = [
    ["deactivate", "disabled_key", (service, id) => service.deactivate(id)],
    ["delete", "invalid_key", (service, id) => service.delete(id)],
    ["rotate", "disabled_key", (service, id) => service.rotate(id)],
    ["update", "insufficient_scope", (service, id) => service.update(id, { scopes: [] })],
    ["update (isActive)", "disabled_key", (service, id) => service.update(id, { isActive: false })],
  ];
  test.each(changes)("is refused at once after %s", async (_, code, change) => {
    for (const consistency of ["bounded", "strict"] as const) {
      const { service } = countedService({ consistency });
      const { key, apiKey } = await service.create({ name: "n", scopes: ["a"] });
      await service.verifyKey(key, { scopes: ["a"] });
      await change(service, apiKey.id);
      expect(await service.safeVerifyKey(key, { scopes: ["a"] })).toMatchObject({
        ok: false,
        code,
      });
    }
  });

  test("is good again after activate", async () => {
    const { service } = countedService();
    const { key, apiKey } = await service.create({ name: "n" });
    await service.deactivate(apiKey.id);
    expect((await service.deactivate(apiKey.id)).version).toBe(2);
    expect((await service.safeVerifyKey(key)).ok).toBe(false);
    expect((await service.activate(apiKey.id)).version).toBe(3);
    expect((await service.safeVerifyKey(key)).ok).toBe(true);
  });

  test("is deactivated although it is changed by others meanwhile", async () => {
    const inner = new InMemoryApiKeyRepository();
    const { service, repository } = countedService({ repository: inner });
    const { apiKey } = await service.create({ name: "n" });
    let disturbances = 0;
    repository.hooks.before = async (method) => {
      if (method !== "update" || disturbances === 3) return;
      disturbances += 1;
      await inner.update(apiKey.id, disturbances, { name: `changed ${disturbances}` });
    };
    expect((await service.deactivate(apiKey.id)).isActive).toBe(false);
    expect(await service.getById(apiKey.id)).toMatchObject({ version: 5, name: "changed 3" });
  });
});

describe("rotate", () => {
  test("hands the rights over and ends the old key at once", async () => {
    const { service } = countedService();
    const old = await service.create({
      name: "n",
      ownerId: "o",
      scopes: ["a"],
      metadata: { a: 1 },
      expiresAt: new Date(8e12),
    });
    const { apiKey, key, previous } = await service.rotate(old.apiKey.id);
    expect(apiKey).toMatchObject({
      name: "n",
      ownerId: "o",
      scopes: ["a"],
      metadata: { a: 1 },
      expiresAt: new Date(8e12),
      version: 1,
    });
    expect(previous).toMatchObject({ id: old.apiKey.id, isActive: false, version: 2 });
    expect(await service.safeVerifyKey(key)).toMatchObject({ ok: true });
    expect(await service.safeVerifyKey(old.key)).toEqual({ ok: false, code: "disabled_key" });
  });

  test("leaves both good for the overlap", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const old = await service.create({ name: "n" });
    await service.verifyKey(old.key);
    const { key } = await service.rotate(old.apiKey.id, { overlapMs: 1_000 });
    clock.advance(999);
    expect((await service.safeVerifyKey(old.key)).ok).toBe(true);
    clock.advance(1);
    expect(await service.safeVerifyKey(old.key)).toEqual({ ok: false, code: "expired_key" });
    expect((await service.safeVerifyKey(key)).ok).toBe(true);
  });

  test("never prolongs the old key", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const old = await service.create({ name: "n", expiresAt: new Date(clock.now() + 10) });
    const { previous } = await service.rotate(old.apiKey.id, {
      overlapMs: 1_000,
      expiresAt: new Date(clock.now() + 99),
    });
    expect(previous.expiresAt).toEqual(new Date(clock.now() + 10));
  });

  test("leaves no successor behind when the old key cannot be ended", async () => {
    const { service, repository } = countedService();
    const old = await service.create({ name: "n" });
    repository.hooks.before = (method) => {
      if (method === "update") throw new Error("down");
    };
    await expect(service.rotate(old.apiKey.id)).rejects.toMatchObject({
      code: "repository_unavailable",
    });
    expect(await service.count()).toBe(1);
    expect((await service.safeVerifyKey(old.key)).ok).toBe(true);
  });

  test("takes no right over that was taken away meanwhile, and leaves no successor behind", async () => {
    const inner = new InMemoryApiKeyRepository();
    for (const [patch, options] of [
      [{ scopes: [] }, {}],
      [{ isActive: false }, { overlapMs: 1_000 }],
    ] as const) {
      const { service, repository } = countedService({ repository: inner });
      const { apiKey } = await service.create({ name: "n", ownerId: apiKeyOwner(), scopes: ["a"] });
      repository.hooks.before = async (method) => {
        if (method === "create") await inner.update(apiKey.id, 1, patch);
      };
      await expect(service.rotate(apiKey.id, options)).rejects.toMatchObject({
        code: "version_conflict",
      });
      expect(await service.count({ ownerId: apiKey.ownerId })).toBe(1);
      expect(await service.getById(apiKey.id)).toMatchObject(patch);
    }
  });

  test("twice at a time gives one successor", async () => {
    const { service } = countedService();
    const { apiKey } = await service.create({ name: "n" });
    const results = await Promise.allSettled([
      service.rotate(apiKey.id),
      service.rotate(apiKey.id),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await service.count({ isActive: true })).toBe(1);
  });

  test("is not in the way of a new hash", async () => {
    const inner = new InMemoryApiKeyRepository();
    const { service, repository } = countedService({ repository: inner });
    const { apiKey } = await service.create({ name: "n" });
    repository.hooks.before = async (method) => {
      if (method === "create") await inner.update(apiKey.id, 1, { hash: "$new$" });
    };
    expect((await service.rotate(apiKey.id)).previous).toMatchObject({
      isActive: false,
      version: 3,
    });
  });

  test("renews an expired key when it is told until when", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const { apiKey } = await service.create({ name: "n", expiresAt: new Date(clock.now() + 1) });
    clock.advance(1);
    await expect(service.rotate(apiKey.id)).rejects.toMatchObject({
      issues: [{ field: "expiresAt" }],
    });
    const { key, previous } = await service.rotate(apiKey.id, { expiresAt: null, overlapMs: 9 });
    expect((await service.safeVerifyKey(key)).ok).toBe(true);
    expect(previous.expiresAt).toEqual(apiKey.expiresAt);
  });

  test("of a disabled key or another version is refused", async () => {
    const { service } = countedService();
    const { apiKey } = await service.create({ name: "n" });
    await expect(service.rotate(apiKey.id, { ifVersion: 2 })).rejects.toMatchObject({
      code: "version_conflict",
    });
    await service.deactivate(apiKey.id);
    await expect(service.rotate(apiKey.id)).rejects.toMatchObject({ code: "validation_failed" });
    expect(await service.count()).toBe(1);
  });
});

describe("find, list, count and walk", () => {
  test("filter before they page, and agree", async () => {
    const { service } = countedService();
    for (let index = 0; index < 120; index += 1) {
      await service.create({ name: `key ${index}`, ownerId: index % 2 ? "odd" : "even" });
    }
    const filter = { ownerId: "odd" };
    expect(await service.count(filter)).toBe(60);
    expect(await service.count()).toBe(120);
    const first = await service.find({ filter, limit: 50 });
    expect(first.items).toHaveLength(50);
    const second = await service.find({ filter, limit: 50, after: first.nextCursor ?? "" });
    expect(second.items).toHaveLength(10);
    expect(second.nextCursor).toBeNull();
    expect((await service.list()).items).toHaveLength(50);
    expect((await service.list({ offset: 110 })).items).toHaveLength(10);
    const walked: ApiKey[] = [];
    for await (const apiKey of service.walk({ filter, limit: 7 })) walked.push(apiKey);
    expect(new Set(walked.map(({ id }) => id)).size).toBe(60);
    expect(Object.keys(first.items[0] ?? {})).not.toContain("hash");
  });

  test.each<[string, object]>([
    ["isActve", { filter: { isActve: true } }],
    ["createdAfter", { filter: { createdAfter: "yesterday" } }],
    ["scopesAllOf.0", { filter: { scopesAllOf: ["A"] } }],
    ["name", { filter: { name: { startsWith: "a" } } }],
    ["filter.name", { filter: { name: "a\0" } }],
    ["filter", { filter: null }],
    ["", null as unknown as object],
    ["limit", { limit: 0 }],
    ["limit", { limit: 1_001 }],
    ["offset", { offset: -1 }],
    ["offset", { offset: 1, after: "x" }],
    ["orderBy", { orderBy: "hash" }],
    ["direction", { direction: "up" }],
    ["after", { after: "nonsense" }],
    ["page", { page: 1 }],
  ])("name %s when it is wrong", async (field, options) => {
    const { service } = countedService();
    const error = await service.find(options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "validation_failed" });
    expect((error as { issues: { field: string }[] }).issues[0]?.field).toContain(field);
  });
});

describe("an id", () => {
  test("that is no text is refused, and text that no key can have is not asked for", async () => {
    const { service, repository } = countedService();
    for (const id of [undefined, null, 5, {}, { contains: "" }, ["x"], Symbol("x")]) {
      for (const work of [
        () => service.getById(id as string),
        () => service.getByKeyId(id as string),
        () => service.update(id as string, { name: "n" }),
        () => service.deactivate(id as string),
        () => service.rotate(id as string),
        () => service.delete(id as string),
      ]) {
        await expect(work()).rejects.toMatchObject({ code: "validation_failed" });
      }
    }
    for (const id of ["\0", "\ud800", "x".repeat(5_000)]) {
      await expect(service.getById(id)).rejects.toMatchObject({ code: "key_not_found" });
      await expect(service.getByKeyId(id)).rejects.toMatchObject({ code: "key_not_found" });
    }
    expect(repository.calls).toEqual({});
  });
});

describe("nothing secret shows", () => {
  test("in what the service, a record, a result or an error prints", async () => {
    const repository = new InMemoryApiKeyRepository();
    const hasher = new HmacSha256Hasher({ pepper: "PEPPERPEPPER" });
    const service = new ApiKeyService({ repository, hasher, cache: new MemoryCache() });
    const { apiKey, key } = await service.create({ name: "n" });
    await service.verifyKey(key);
    const hash = (await repository.findById(apiKey.id))?.hash ?? "";
    const secret = key.split("-")[2] ?? "";
    const refusal = await service.verifyKey(`${key}x`).catch((error: unknown) => error);
    const show = (value: unknown) =>
      inspect(value, { depth: 20, showHidden: true }) + JSON.stringify(value) + String(value);
    for (const value of [service, hasher, apiKey, refusal, service.stats(), service.format]) {
      for (const hidden of [hash, "PEPPERPEPPER", secret])
        expect(show(value)).not.toContain(hidden);
    }
    expect(show(refusal)).not.toContain(key.slice(0, 30));
  });
});

describe("a service", () => {
  test("refuses calls after it was closed, and can be closed twice", async () => {
    const { service } = countedService();
    const { key, apiKey } = await service.create({ name: "n" });
    await service.close();
    await service.close();
    for (const work of [
      () => service.verifyKey(key),
      () => service.safeVerifyKey(key),
      () => service.create({ name: "n" }),
      () => service.list(),
      () => service.deactivate(apiKey.id),
    ]) {
      await expect(work()).rejects.toMatchObject({ code: "service_closed" });
    }
  });

  test("waits in close for the calls under way, and for what they leave to be written", async () => {
    const { service, repository } = countedService();
    const { key, apiKey } = await service.create({ name: "n" });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    repository.hooks.before = (method) => (method === "findByKeyId" ? held : undefined);
    const verification = service.verifyKey(key);
    let isClosed = false;
    const closing = service.close().then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isClosed).toBe(false);
    release();
    expect((await verification).id).toBe(apiKey.id);
    await closing;
    expect(repository.calls.touch).toBe(1);
  });

  test("is closed by `await using`", async () => {
    const { service } = countedService();
    {
      await using closing = service;
      await closing.create({ name: "n" });
    }
    await expect(service.list()).rejects.toMatchObject({ code: "service_closed" });
  });

  test("is strict by default where changes could go unnoticed", () => {
    const hasher = new HmacSha256Hasher({ pepper: "p" });
    const own = new InMemoryApiKeyRepository();
    const shared = Object.assign(Object.create(own) as InMemoryApiKeyRepository, { shared: true });
    const fleet = Object.assign(Object.create(new MemoryCache()) as MemoryCache, {
      reach: "fleet",
    });
    expect(new ApiKeyService({ hasher, repository: own }).consistency).toBe("bounded");
    expect(new ApiKeyService({ hasher, repository: shared }).consistency).toBe("strict");
    expect(new ApiKeyService({ hasher, repository: shared, cache: fleet }).consistency).toBe(
      "bounded",
    );
    expect(() => new ApiKeyService({ hasher, repository: shared, consistency: "bounded" })).toThrow(
      ConfigurationError,
    );
    expect(
      new ApiKeyService({ hasher, repository: shared, consistency: "bounded", cacheTtlMs: 1_000 })
        .consistency,
    ).toBe("bounded");
  });

  test.each<[string, object]>([
    ["repository", { repository: {} }],
    ["repository", { repository: { findByKeyId() {}, update() {}, touch() {} } }],
    ["hasher", { hasher: [{}] }],
    ["hasher", { hasher: undefined }],
    ["hasher", { hasher: [] }],
    ["cache", { cache: new Map() }],
    ["cacheTtlMs", { cacheTtlMs: 0 }],
    ["cacheTTL", { cacheTTL: 5 }],
    ["hashing.concurrency", { hashing: { concurrency: 0 } }],
    ["hashing.queue", { hashing: { queue: 1 } }],
    ["lastUsed", { lastUsed: "sometimes" }],
    ["maxDelayMs", { minDelayMs: 5, maxDelayMs: 4 }],
    ["format.separator", { format: { separator: "a" } }],
    ["wildcards", { wildcards: "yes" }],
    ["consistency", { consistency: "eventual" }],
  ])("names the option %s when it is wrong", (name, options) => {
    const make = () =>
      new ApiKeyService({
        repository: new InMemoryApiKeyRepository(),
        hasher: new HmacSha256Hasher({ pepper: "p" }),
        ...options,
      });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(name);
  });

  test("can answer late, uniformly at random", async () => {
    const { service } = countedService({ minDelayMs: 30, maxDelayMs: 40 });
    const startedAt = performance.now();
    expect((await service.safeVerifyKey("nonsense")).ok).toBe(false);
    await expect(service.verifyKey("nonsense")).rejects.toMatchObject({ code: "malformed_key" });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59);
  });
});

function apiKeyOwner(): string {
  return `owner ${Math.random()}`;
}

function circular(): object {
  const value: Record<string, unknown> = {};
  value.self = value;
  return value;
}
