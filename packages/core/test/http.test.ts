import { afterEach, describe, expect, test } from "vitest";
import { createAuthenticator, type HttpRefusal } from "../src/http/index.js";
import { type ApiKeyService, ConfigurationError } from "../src/index.js";
import { countedService, manualClock } from "./counting.js";

const services: ApiKeyService[] = [];
afterEach(() => Promise.all(services.splice(0).map((one) => one.close())));

function open(options: Parameters<typeof countedService>[0] = {}) {
  const made = countedService(options);
  services.push(made.service);
  return made;
}

const bearer = (key: string) => ({ headers: ["Authorization", `Bearer ${key}`] });

/** The key with another secret, and a right checksum is not needed: 64 characters have none. */
function withWrongSecret(service: ApiKeyService, key: string): string {
  const parsed = service.format.parse(key);
  if (typeof parsed === "string") throw new Error("not a key");
  return service.format.format({ keyId: parsed.keyId, secret: "A".repeat(64) });
}

describe("a request", () => {
  test("with a good key is decided as the service decides", async () => {
    const { service } = open();
    const { key, apiKey } = await service.create({ name: "k", scopes: ["a"] });
    const decision = await createAuthenticator(service, { scopes: ["a"] })(bearer(key));
    expect(decision).toEqual({ ok: true, apiKey });
  });

  test("without a key is asked for one, and told of no error", async () => {
    const { service } = open();
    const decision = await createAuthenticator(service, { realm: "r" })({ headers: [] });
    expect(decision).toMatchObject({
      ok: false,
      status: 401,
      headers: { "WWW-Authenticate": 'Bearer realm="r"' },
      problem: { code: "missing_key" },
    });
    expect(service.stats().refused.missing_key).toBe(1);
  });

  test("without a key passes where it is optional; a bad key does not", async () => {
    const { service } = open();
    const authenticate = createAuthenticator(service, { optional: true });
    expect(await authenticate({ headers: [] })).toEqual({ ok: true, apiKey: undefined });
    expect(await authenticate({ headers: ["Authorization", "Basic x"] })).toMatchObject({
      ok: true,
    });
    for (const value of ["Bearer", "Bearer nonsense", "Bearer a, Bearer b"]) {
      const decision = await authenticate({ headers: ["Authorization", value] });
      expect(decision.ok).toBe(false);
    }
    expect(service.stats().refused.missing_key).toBe(0);
  });

  test("may carry somebody else's bearer token where that is not looked at", async () => {
    const { service } = open();
    const { key, apiKey } = await service.create({ name: "k" });
    const authenticate = createAuthenticator(service, { bearer: false });
    const jwt = ["Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.c2ln"];
    expect(await authenticate({ headers: [...jwt, "X-API-Key", key] })).toEqual({
      ok: true,
      apiKey,
    });
    const twice = [...jwt, "Authorization", "Bearer other", "X-API-Key", key];
    expect(await authenticate({ headers: twice })).toMatchObject({ ok: true });
    for (const headers of [jwt, ["Authorization", `Bearer ${key}`]]) {
      expect(await authenticate({ headers })).toMatchObject({
        status: 401,
        headers: { "WWW-Authenticate": 'ApiKey realm="api"' },
        problem: { code: "missing_key" },
      });
    }
    expect(await authenticate({ headers: ["X-API-Key", "?"] })).toMatchObject({
      headers: { "WWW-Authenticate": expect.stringMatching(/^ApiKey realm="api", error=/) },
    });
    const either = createAuthenticator(service, { bearer: false, optional: true });
    expect(await either({ headers: jwt })).toEqual({ ok: true, apiKey: undefined });
    expect(await either({ headers: [...jwt, "X-API-Key", "?"] })).toMatchObject({ ok: false });
  });

  test("with two credentials is refused before any is verified", async () => {
    const { service } = open();
    const { key } = await service.create({ name: "k" });
    const headers = ["Authorization", `Bearer ${key}`, "X-API-Key", "other"];
    const decision = await createAuthenticator(service)({ headers });
    expect(decision).toMatchObject({ status: 400, problem: { code: "ambiguous_credentials" } });
    expect((decision as HttpRefusal).headers["WWW-Authenticate"]).toContain('"invalid_request"');
    expect(service.stats().hashesVerified).toBe(0);
  });

  test("with a key that lacks a scope is told which", async () => {
    const { service } = open();
    const { key } = await service.create({ name: "k", scopes: ["a"] });
    const authenticate = createAuthenticator(service, { scopes: ["a", "b"], anyScope: ["c", "d"] });
    const decision = await authenticate(bearer(key));
    expect(decision).toMatchObject({
      status: 403,
      problem: { code: "insufficient_scope", scopes: ["a", "b"], anyScope: ["c", "d"] },
    });
    expect((decision as HttpRefusal).headers["WWW-Authenticate"]).toContain('scope="a b c d"');
  });
});

test("who proves the secret is told what is wrong with the key; who does not is told the same of any key", async () => {
  const clock = manualClock();
  const { service } = open({ clock });
  const expired = await service.create({ name: "e", expiresAt: new Date(clock.now() + 1_000) });
  const disabled = await service.create({ name: "d" });
  const good = await service.create({ name: "g" });
  await service.deactivate(disabled.apiKey.id);
  clock.advance(1_000);
  const authenticate = createAuthenticator(service, { scopes: ["none:has"] });
  const answer = async (key: string) => await authenticate(bearer(key));
  expect(await answer(expired.key)).toMatchObject({ problem: { code: "expired_key" } });
  expect(await answer(disabled.key)).toMatchObject({ problem: { code: "disabled_key" } });
  expect(await answer(good.key)).toMatchObject({ problem: { code: "insufficient_scope" } });

  const unknown = await answer(`ak-0000000000000000-${"A".repeat(64)}`);
  expect(unknown).toMatchObject({ status: 401, problem: { code: "invalid_key" } });
  for (const { key } of [expired, disabled, good]) {
    expect(await answer(withWrongSecret(service, key))).toEqual(unknown);
  }
});

describe("a fault is never a statement about the key:", () => {
  test("the repository is down", async () => {
    const { service, repository } = open();
    const { key } = await service.create({ name: "k" });
    const failure = new Error("connection refused");
    repository.hooks.before = () => {
      throw failure;
    };
    const decision = (await createAuthenticator(service)(bearer(key))) as HttpRefusal;
    expect(decision).toMatchObject({ ok: false, status: 503, headers: { "Retry-After": "5" } });
    expect(decision.headers["WWW-Authenticate"]).toBeUndefined();
    expect(decision.body).not.toContain("connection refused");
    expect((decision.error as Error).cause).toBe(failure);
    repository.hooks.before = () => undefined;
    expect(await createAuthenticator(service)(bearer(key))).toMatchObject({ ok: true });
  });

  test("too many hashes wait", async () => {
    const { service, hasher } = open({ hashing: { concurrency: 1, queueLimit: 0 } });
    const keys = [await service.create({ name: "1" }), await service.create({ name: "2" })];
    let release = () => {};
    hasher.hooks.before = () => new Promise<void>((resolve) => (release = resolve));
    const authenticate = createAuthenticator(service);
    const decisions = keys.map(({ key }) => authenticate(bearer(key)));
    const refused = (await decisions[1]) as HttpRefusal;
    expect(refused).toMatchObject({ status: 503, problem: { code: "overloaded" } });
    expect(Number(refused.headers["Retry-After"])).toBeGreaterThanOrEqual(1);
    release();
    expect(await decisions[0]).toMatchObject({ ok: true });
  });

  test("the service is closed", async () => {
    const { service } = open();
    const { key } = await service.create({ name: "k" });
    await service.close();
    expect(await createAuthenticator(service)(bearer(key))).toMatchObject({ status: 503 });
  });
});

describe("wrong options are found when it is built:", () => {
  test.each([
    [{ scopes: ["Not A Scope"] }, "scopes"],
    [{ scopes: "read" }, "scopes"],
    [{ anyScope: [] }, "anyScope"],
    [{ scope: ["read"] }, "scope"],
    [{ realm: "a\r\nb" }, "realm"],
    [{ optional: "yes" }, "optional"],
    [{ bearer: "no" }, "bearer"],
    [{ header: "Authorization" }, "header"],
    [{ header: "not a header" }, "header"],
    [{ queryParameter: "" }, "queryParameter"],
  ])("%j", (options, name) => {
    const { service } = open();
    const build = () => createAuthenticator(service, options as object);
    expect(build).toThrow(ConfigurationError);
    expect(build).toThrow(name);
  });

  test("no service", () => {
    expect(() => createAuthenticator(undefined as unknown as ApiKeyService)).toThrow("service");
  });

  test("changing the list of scopes afterwards changes nothing", async () => {
    const { service } = open();
    const { key } = await service.create({ name: "k" });
    const scopes = ["a"];
    const authenticate = createAuthenticator(service, { scopes });
    scopes.pop();
    expect(await authenticate(bearer(key))).toMatchObject({ status: 403 });
  });
});

test("a key in memory is decided on without a promise; others are not", async () => {
  const { service } = open();
  const { key, apiKey } = await service.create({ name: "k" });
  const authenticate = createAuthenticator(service);
  expect(authenticate(bearer(key))).toBeInstanceOf(Promise);
  await service.verifyKey(key);
  expect(authenticate(bearer(key))).toMatchObject({ ok: true });
  await service.deactivate(apiKey.id);
  expect(await authenticate(bearer(key))).toMatchObject({ problem: { code: "disabled_key" } });
});

test("a verifier that recalls nothing is asked as well", async () => {
  const { service } = open();
  const { key } = await service.create({ name: "k" });
  await service.verifyKey(key);
  const safeVerifyKey = service.safeVerifyKey.bind(service);
  expect(await createAuthenticator({ safeVerifyKey })(bearer(key))).toMatchObject({ ok: true });
});

test("refusals are made once", async () => {
  const { service } = open();
  const authenticate = createAuthenticator(service);
  expect(await authenticate(bearer("x"))).toBe(await authenticate(bearer("y")));
});
