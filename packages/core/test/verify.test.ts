import { describe, expect, test } from "vitest";
import reference from "../../../vectors/python-reference.json" with { type: "json" };
import { HmacSha256Hasher } from "../src/hashers/index.js";
import { type ApiKeyService, MemoryCache, systemRandom, ValidationError } from "../src/index.js";
import { counted, countedService, manualClock } from "./counting.js";

/** A key of the same id with another secret, whose checksum fits. */
function withWrongSecret(service: ApiKeyService, keyId: string): string {
  const id = Buffer.from(keyId, "hex");
  return service.format.format(
    service.format.generate((size) => (size === id.length ? id : systemRandom(size))),
  );
}

describe("a verified key", () => {
  test("costs no hash and no look-up when it is warm", async () => {
    const { service, repository, hasher } = countedService();
    const { key } = await service.create({ name: "n" });
    await service.verifyKey(key);
    const before = { ...repository.calls, ...hasher.calls };
    for (let index = 0; index < 100; index += 1) await service.verifyKey(key);
    expect({ ...repository.calls, ...hasher.calls }).toEqual(before);
    expect(service.stats()).toMatchObject({ accepted: 101, memoryHits: 100, hashesVerified: 1 });
  });

  test.each(["bounded", "strict"] as const)(
    "is hashed and looked up once by 1000 simultaneous cold calls (%s)",
    async (consistency) => {
      const { service, repository, hasher } = countedService({ consistency });
      const { key, apiKey } = await service.create({ name: "n" });
      const results = await Promise.all(
        Array.from({ length: 1_000 }, () => service.safeVerifyKey(key)),
      );
      expect(results.every((result) => result.ok && result.apiKey.id === apiKey.id)).toBe(true);
      expect(hasher.calls.verify).toBe(1);
      expect(repository.calls.findByKeyId).toBe(1);
    },
  );

  test("is read on every call and hashed once in strict mode", async () => {
    const { service, repository, hasher } = countedService({ consistency: "strict" });
    const { key } = await service.create({ name: "n" });
    for (let index = 0; index < 10; index += 1) await service.verifyKey(key);
    expect(hasher.calls.verify).toBe(1);
    expect(repository.calls.findByKeyId).toBe(10);
  });

  test.each(["bounded", "strict"] as const)(
    "needs no new hash after its scopes, name or expiry were changed (%s)",
    async (consistency) => {
      const { service, hasher } = countedService({ consistency });
      const { key, apiKey } = await service.create({ name: "n" });
      await service.verifyKey(key);
      await service.update(apiKey.id, { scopes: ["a"], name: "m", expiresAt: new Date(8e12) });
      expect(await service.verifyKey(key, { scopes: ["a"] })).toMatchObject({
        name: "m",
        version: 2,
      });
      expect(hasher.calls.verify).toBe(1);
    },
  );

  test("is looked up again after the TTL, without a hash", async () => {
    const clock = manualClock();
    const { service, repository, hasher } = countedService({ clock, cacheTtlMs: 1_000 });
    const { key } = await service.create({ name: "n" });
    await service.verifyKey(key);
    clock.advance(999);
    await service.verifyKey(key);
    expect(repository.calls.findByKeyId).toBe(1);
    clock.advance(1);
    await service.verifyKey(key);
    expect(repository.calls.findByKeyId).toBe(2);
    expect(hasher.calls.verify).toBe(1);
  });

  test("is refused from its expiry on, to the millisecond, however warm", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const { key } = await service.create({ name: "n", expiresAt: new Date(clock.now() + 500) });
    await service.verifyKey(key);
    clock.advance(499);
    expect(await service.safeVerifyKey(key)).toMatchObject({ ok: true });
    clock.advance(1);
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "expired_key" });
  });

  test("cannot be prolonged by writing into the record that it returned", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const { key } = await service.create({ name: "n", expiresAt: new Date(clock.now() + 500) });
    await service.verifyKey(key);
    const apiKey = await service.verifyKey(key);
    apiKey.expiresAt?.setFullYear(2999);
    expect(() => Object.assign(apiKey, { isActive: true })).toThrow(TypeError);
    expect(() => (apiKey.scopes as string[]).push("admin")).toThrow(TypeError);
    clock.advance(500);
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "expired_key" });
  });
});

describe("a key that is refused", () => {
  test.each([undefined, null, ""])("is missing when it is %j", async (key) => {
    const { service, repository } = countedService();
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "missing_key" });
    await expect(service.verifyKey(key)).rejects.toMatchObject({ code: "missing_key" });
    expect(repository.calls).toEqual({});
  });

  test.each([5, {}, [], true, Symbol("s"), () => "x", new String("ak-x")])(
    "is malformed when it is no string (%#)",
    async (key) => {
      const { service } = countedService();
      expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "malformed_key" });
    },
  );

  test("is malformed when it is a list of a good key's characters", async () => {
    const { service } = countedService();
    const { key } = await service.create({ name: "n" });
    expect(await service.safeVerifyKey([...key])).toEqual({ ok: false, code: "malformed_key" });
  });

  test("is refused for a typo with no look-up, also when the key is cached", async () => {
    const { service, repository, hasher } = countedService();
    const { key } = await service.create({ name: "n" });
    const typo = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
    expect(await service.safeVerifyKey(typo)).toEqual({ ok: false, code: "checksum_mismatch" });
    await service.verifyKey(key);
    const before = { ...repository.calls, ...hasher.calls };
    expect(await service.safeVerifyKey(typo)).toEqual({ ok: false, code: "checksum_mismatch" });
    expect({ ...repository.calls, ...hasher.calls }).toEqual(before);
  });

  test.each(["bounded", "strict"] as const)(
    "costs no hash for a wrong secret once the right one is proven (%s)",
    async (consistency) => {
      const { service, hasher } = countedService({ consistency });
      const { key, apiKey } = await service.create({ name: "n" });
      await service.verifyKey(key);
      for (let index = 0; index < 50; index += 1) {
        const wrong = withWrongSecret(service, apiKey.keyId);
        expect(await service.safeVerifyKey(wrong)).toEqual({ ok: false, code: "invalid_key" });
      }
      expect(hasher.calls.verify).toBe(1);
      expect(await service.safeVerifyKey(key)).toMatchObject({ ok: true });
    },
  );

  test("costs no hash for an unknown id, and one look-up a second", async () => {
    const clock = manualClock();
    const { service, repository, hasher } = countedService({ clock });
    const unknown = reference.exampleKey;
    for (let index = 0; index < 20; index += 1) {
      expect(await service.safeVerifyKey(unknown)).toEqual({ ok: false, code: "invalid_key" });
    }
    expect(repository.calls.findByKeyId).toBe(1);
    clock.advance(1_000);
    await service.safeVerifyKey(unknown);
    expect(repository.calls.findByKeyId).toBe(2);
    expect(hasher.calls.verify).toBeUndefined();
    await service.create({ name: "n", key: unknown });
    expect(await service.safeVerifyKey(unknown)).toMatchObject({ ok: true });
  });

  test("tells nothing of the key's state to a caller with a wrong secret", async () => {
    const clock = manualClock();
    const { service } = countedService({ clock });
    const disabled = await service.create({ name: "n", isActive: false });
    const expired = await service.create({ name: "n", expiresAt: new Date(clock.now() + 1) });
    clock.advance(1);
    for (const { apiKey } of [disabled, expired]) {
      const wrong = withWrongSecret(service, apiKey.keyId);
      expect(await service.safeVerifyKey(wrong, { scopes: ["a"] })).toEqual({
        ok: false,
        code: "invalid_key",
      });
    }
    expect(await service.safeVerifyKey(disabled.key)).toEqual({ ok: false, code: "disabled_key" });
    expect(await service.safeVerifyKey(expired.key)).toEqual({ ok: false, code: "expired_key" });
  });
});

describe("scopes", () => {
  test("are needed all, or one of them", async () => {
    const { service } = countedService();
    const { key } = await service.create({ name: "n", scopes: ["orders:read", "orders:write"] });
    const code = async (options: object) => {
      const result = await service.safeVerifyKey(key, options);
      return result.ok ? "accepted" : result.code;
    };
    expect(await code({})).toBe("accepted");
    expect(await code({ scopes: [] })).toBe("accepted");
    expect(await code({ scopes: ["orders:read", "orders:write"] })).toBe("accepted");
    expect(await code({ scopes: ["orders:read", "billing"] })).toBe("insufficient_scope");
    expect(await code({ scopes: ["orders"] })).toBe("insufficient_scope");
    expect(await code({ anyScope: ["billing", "orders:read"] })).toBe("accepted");
    expect(await code({ anyScope: ["billing"] })).toBe("insufficient_scope");
    expect(await code({ scopes: ["orders:read"], anyScope: ["billing"] })).toBe(
      "insufficient_scope",
    );
  });

  test("that are missing are named by the error", async () => {
    const { service } = countedService();
    const { key } = await service.create({ name: "n" });
    await expect(
      service.verifyKey(key, { scopes: ["a"], anyScope: ["b", "c"] }),
    ).rejects.toMatchObject({
      code: "insufficient_scope",
      scopes: ["a"],
      anyScope: ["b", "c"],
    });
  });

  test("stand for others only where wildcards are switched on", async () => {
    const { service } = countedService({ wildcards: true });
    const { key } = await service.create({ name: "n", scopes: ["orders:*"] });
    const ok = async (...scopes: string[]) => (await service.safeVerifyKey(key, { scopes })).ok;
    expect(await ok("orders:read")).toBe(true);
    expect(await ok("orders:read:own")).toBe(true);
    expect(await ok("orders")).toBe(false);
    expect(await ok("ordersx:read")).toBe(false);
    const all = await service.create({ name: "n", scopes: ["*"] });
    expect(await service.safeVerifyKey(all.key, { scopes: ["any:thing"] })).toMatchObject({
      ok: true,
    });

    const strict = countedService();
    await expect(strict.service.create({ name: "n", scopes: ["*"] })).rejects.toMatchObject({
      issues: [{ field: "scopes.0" }],
    });
  });

  test.each([
    { scope: ["a"] },
    { scopes: "a" },
    { scopes: ["A"] },
    { scopes: ["*"] },
    { scopes: [5] },
    { anyScope: [] },
    null,
    "scopes",
  ])("that no key can have are a mistake of the caller's: %j", async (options) => {
    const { service } = countedService();
    const { key } = await service.create({ name: "n" });
    await expect(service.safeVerifyKey(key, options as object)).rejects.toBeInstanceOf(
      ValidationError,
    );
    await service.verifyKey(key);
    await expect(service.verifyKey(key, options as object)).rejects.toBeInstanceOf(ValidationError);
  });
});

describe("a fault is no refusal:", () => {
  test("an unavailable repository", async () => {
    const { service, repository } = countedService();
    const { key } = await service.create({ name: "n" });
    const cause = new Error("ECONNREFUSED");
    repository.hooks.before = (method) => {
      if (method === "findByKeyId") throw cause;
    };
    await expect(service.safeVerifyKey(key)).rejects.toMatchObject({
      code: "repository_unavailable",
      cause,
    });
    repository.hooks.before = () => undefined;
    expect(await service.safeVerifyKey(key)).toMatchObject({ ok: true });
    expect(service.stats().faults).toBe(1);
  });

  test("a failing hasher", async () => {
    const { service, hasher } = countedService();
    const { key } = await service.create({ name: "n" });
    hasher.hooks.before = (method) => {
      if (method === "verify") throw new Error("out of memory");
    };
    await expect(service.verifyKey(key)).rejects.toMatchObject({ code: "hasher_failed" });
    hasher.hooks.before = () => undefined;
    await service.verifyKey(key);
  });

  test.each<[string, object, RegExp]>([
    [
      "throws at once",
      {
        verify: () => {
          throw new Error("sync");
        },
      },
      /^sync$/,
    ],
    [
      "throws where it should say what it recognizes",
      {
        recognizes: () => {
          throw new Error("x");
        },
      },
      /^x$/,
    ],
    ["answers undefined", { verify: async () => undefined }, /undefined/],
    ["answers true", { verify: async () => true }, /^The hasher gave no answer\.$/],
    ["answers an empty object", { verify: async () => ({}) }, /^The hasher gave no answer\.$/],
  ])("a hasher that %s has accepted nothing", async (_, broken, cause) => {
    const good = new HmacSha256Hasher({ pepper: "p" });
    const { service } = countedService({
      hasher: {
        recognizes: () => true,
        hash: (secret) => good.hash(secret),
        verify: (hash, secret) => good.verify(hash, secret),
        ...broken,
      },
    });
    const { key } = await service.create({ name: "n" });
    for (let times = 0; times < 2; times += 1) {
      await expect(service.safeVerifyKey(key)).rejects.toMatchObject({
        code: "hasher_failed",
        cause: { message: expect.stringMatching(cause) },
      });
    }
  });

  test("a stored hash that no hasher recognizes", async () => {
    const { service, repository } = countedService();
    const { key, apiKey } = await service.create({ name: "n" });
    await repository.proxy.update(apiKey.id, 1, { hash: "$unknown$" });
    await expect(service.safeVerifyKey(key)).rejects.toMatchObject({
      code: "hasher_failed",
      cause: { message: "No hasher recognizes the stored hash. Add its hasher." },
    });
  });

  test("a warm key needs no repository at all", async () => {
    const { service, repository } = countedService();
    const { key } = await service.create({ name: "n" });
    await service.verifyKey(key);
    repository.hooks.before = () => {
      throw new Error("down");
    };
    expect(await service.safeVerifyKey(key)).toMatchObject({ ok: true });
  });

  test("a cache that fails is gone without: right, and no second hash", async () => {
    const cache = counted(new MemoryCache());
    const { service, hasher, repository } = countedService({ cache: cache.proxy });
    const { key, apiKey } = await service.create({ name: "n" });
    cache.hooks.before = (method) => {
      if (method === "peek") return undefined;
      return Promise.reject(new Error("down"));
    };
    for (let index = 0; index < 5; index += 1) {
      expect(await service.safeVerifyKey(key)).toMatchObject({ ok: true });
    }
    expect(hasher.calls.verify).toBe(1);
    expect(repository.calls.findByKeyId).toBe(5);

    await service.deactivate(apiKey.id);
    expect(await service.safeVerifyKey(key)).toEqual({ ok: false, code: "disabled_key" });
    expect(service.pendingInvalidations()).toMatchObject([{ keyId: apiKey.keyId, version: 2 }]);
    expect(await service.awaitInvalidation(apiKey.keyId, 10)).toBe(false);
    cache.hooks.before = () => undefined;
    expect(await service.awaitInvalidation(apiKey.keyId, 10_000)).toBe(true);
    expect(service.pendingInvalidations()).toEqual([]);
    await service.close();
  });
});
