import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (name: string) =>
  fileURLToPath(new URL(`./packages/${name}/src/index.ts`, import.meta.url));

/** Tests run against the sources, so that a failing line is a line of TypeScript in this repository. */
const alias = [
  ...["caches", "hashers", "http", "repositories", "validation"].map((folder) => ({
    find: new RegExp(`^@apikey/core/${folder}$`),
    replacement: source("core").replace("index.ts", `${folder}/index.ts`),
  })),
  ...[
    "core",
    "testing",
    "hasher-argon2",
    "hasher-bcrypt",
    "repo-prisma",
    "cache-redis",
    "express",
  ].map((name) => ({ find: new RegExp(`^@apikey/${name}$`), replacement: source(name) })),
];

export default defineConfig({
  resolve: { alias },
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts"],
      reporter: ["text-summary", "json-summary"],
      thresholds: { "packages/core/src/**": { branches: 95 } },
    },
    projects: [
      ["packages", "packages/*/{src,test}/**/*.test.ts"],
      ["apps", "apps/*/{src,test}/**/*.test.ts"],
      ["docs", "docs/**/*.test.ts"],
      ["scripts", "scripts/**/*.test.ts"],
      ["consumers", "consumers/*.test.ts"],
    ].map(([name = "", include = ""]) => ({ extends: true, test: { name, include: [include] } })),
  },
});
