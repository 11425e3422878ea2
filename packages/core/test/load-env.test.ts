import { describe, expect, test } from "vitest";
import reference from "../../../vectors/python-reference.json" with { type: "json" };
import { InMemoryApiKeyRepository } from "../src/repositories/index.js";
import { countedService } from "./counting.js";

const DEV = reference.exampleKey;

async function freshKey(): Promise<string> {
  return (await countedService().service.create({ name: "n" })).key;
}

describe("loadEnv", () => {
  test("stores each variable with the prefix as a key named after it, but not the pepper", async () => {
    const { service } = countedService();
    const other = await freshKey();
    const env = { API_KEY_PEPPER: "p", API_KEY_DEV: DEV, API_KEY_CI: ` ${other}\n`, OTHER: "x" };
    const loaded = await service.loadEnv({ prefix: "API_KEY_", env, scopes: ["a"], ownerId: "o" });
    expect(loaded.map(({ name }) => name)).toEqual(["API_KEY_CI", "API_KEY_DEV"]);
    expect(await service.verifyKey(DEV, { scopes: ["a"] })).toMatchObject({
      name: "API_KEY_DEV",
      ownerId: "o",
    });
    expect(await service.verifyKey(other)).toMatchObject({ name: "API_KEY_CI" });
    expect(await service.count()).toBe(2);
  });

  test("passes over what it is told to, such as an old pepper", async () => {
    const { service } = countedService();
    const env = { API_KEY_PEPPER: "p", API_KEY_PEPPER_OLD: "q", API_KEY_DEV: DEV };
    const prefix = "API_KEY_";
    await expect(service.loadEnv({ prefix, env })).rejects.toThrow("API_KEY_PEPPER_OLD");
    expect(await service.loadEnv({ prefix, env, except: ["API_KEY_PEPPER_OLD"] })).toHaveLength(1);
  });

  test("gives no wildcard scope away where those are off", async () => {
    const { service } = countedService();
    await expect(
      service.loadEnv({ prefix: "A", env: { A: DEV }, scopes: ["*"] }),
    ).rejects.toMatchObject({ issues: [{ field: "scopes.0" }] });
    expect(await service.count()).toBe(0);
  });

  test("changes nothing when it is run again", async () => {
    const { service } = countedService();
    const options = { prefix: "API_KEY_", env: { API_KEY_DEV: DEV } };
    const [first] = await service.loadEnv(options);
    await service.deactivate(first?.id ?? "");
    const [again] = await service.loadEnv(options);
    expect(again).toMatchObject({ id: first?.id, isActive: false, version: 2 });
    expect(await service.count()).toBe(1);
  });

  test("by several processes at a time stores each key once", async () => {
    const repository = new InMemoryApiKeyRepository();
    const env = { API_KEY_DEV: DEV, API_KEY_CI: await freshKey() };
    const loaded = await Promise.all(
      Array.from({ length: 5 }, () =>
        countedService({ repository }).service.loadEnv({ prefix: "API_KEY_", env }),
      ),
    );
    expect(new Set(loaded.map((keys) => keys.map(({ id }) => id).join())).size).toBe(1);
    expect(await repository.count({})).toBe(2);
  });

  test.each([{}, { API_KEY_PEPPER: "p" }, { OTHER: DEV }])(
    "without a variable of the prefix is a configuration error: %j",
    async (env) => {
      const { service } = countedService();
      await expect(service.loadEnv({ prefix: "API_KEY_", env })).rejects.toMatchObject({
        code: "configuration_invalid",
        message: expect.stringContaining("API_KEY_"),
      });
    },
  );

  test("names a malformed variable, never its value, and stores none", async () => {
    const { service } = countedService();
    const typo = `${(await freshKey()).slice(0, -6)}SECRET`;
    for (const value of ["", "SECRETSECRET", typo, undefined]) {
      const env = { API_KEY_A: DEV, API_KEY_B: value };
      const error = await service
        .loadEnv({ prefix: "API_KEY_", env })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "configuration_invalid" });
      expect((error as Error).message).toContain("API_KEY_B");
      expect((error as Error).message).not.toContain("SECRET");
      expect(await service.count()).toBe(0);
    }
  });

  test("is a conflict when a key id is stored with another secret, and stores none", async () => {
    const { service } = countedService();
    await service.loadEnv({ prefix: "API_KEY_", env: { API_KEY_DEV: DEV } });
    const env = {
      API_KEY_A: await freshKey(),
      API_KEY_DEV: `${DEV.slice(0, -1)}0`,
    };
    await expect(service.loadEnv({ prefix: "API_KEY_", env })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("API_KEY_DEV"),
    });
    expect(await service.count()).toBe(1);
  });

  test("refuses two variables with one key id, naming both", async () => {
    const { service } = countedService();
    await expect(
      service.loadEnv({ prefix: "API_KEY_", env: { API_KEY_A: DEV, API_KEY_B: DEV } }),
    ).rejects.toThrow(/API_KEY_A and API_KEY_B/);
  });

  test("takes back what it stored when the repository fails half-way", async () => {
    const { service, repository } = countedService();
    let creates = 0;
    repository.hooks.before = (method) => {
      if (method === "create" && ++creates === 2) throw new Error("down");
    };
    const env = { API_KEY_A: DEV, API_KEY_B: await freshKey() };
    await expect(service.loadEnv({ prefix: "API_KEY_", env })).rejects.toMatchObject({
      code: "repository_unavailable",
    });
    expect(await service.count()).toBe(0);
  });
});
