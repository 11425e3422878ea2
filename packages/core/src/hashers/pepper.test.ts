import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigurationError } from "../errors/index.js";
import { HmacSha256Hasher, resolvePeppers } from "./index.js";

beforeEach(() => {
  vi.stubEnv("API_KEY_PEPPER", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the pepper", () => {
  test("is the option before the environment variable", () => {
    vi.stubEnv("API_KEY_PEPPER", "from the environment");
    expect(resolvePeppers("given")).toEqual(["given"]);
    expect(resolvePeppers(["new", "old"])).toEqual(["new", "old"]);
    expect(resolvePeppers(undefined)).toEqual(["from the environment"]);
  });

  test("is a placeholder with a loud warning where none is set", async () => {
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    expect(resolvePeppers(undefined)).toHaveLength(1);
    expect(await warned).toMatchObject({ code: "APIKEY_PLACEHOLDER_PEPPER" });
  });

  test("is required in production", () => {
    vi.stubEnv("NODE_ENV", "production");
    expect(() => new HmacSha256Hasher()).toThrow(ConfigurationError);
    expect(() => new HmacSha256Hasher()).toThrow("API_KEY_PEPPER");
  });

  test.each([[""], [[]], [["good", ""]], [5]])("is refused when it is %j", (pepper) => {
    expect(() => resolvePeppers(pepper as string)).toThrow(ConfigurationError);
  });

  test("is refused when the environment variable is empty", () => {
    vi.stubEnv("API_KEY_PEPPER", "");
    expect(() => resolvePeppers(undefined)).toThrow(ConfigurationError);
  });
});
