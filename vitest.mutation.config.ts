import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vitest.config.js";

/**
 * The tests that mutants of the verify path and the cache protocol are tried against: those of core and of its
 * caches that need no server.
 */
const { projects: _, ...test } = base.test ?? {};
export default mergeConfig(
  { ...base, test },
  defineConfig({
    test: {
      include: [
        "packages/core/{src,test}/**/*.test.ts",
        "packages/testing/test/{memory-cache,keyv-cache,keyv-cache-store,tiered-cache,rotation,in-memory-repository,hmac-sha256-hasher}.test.ts",
      ],
      // Tests of the search for races itself: one reads a source text, which is another one while it is mutated.
      testNamePattern: "^(?!.*(?:switched off|has teeth|without generations))",
      testTimeout: 60_000,
      env: { RACE_RUNS: "20" },
    },
  }),
);
