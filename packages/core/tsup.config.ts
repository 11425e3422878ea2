import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  entry: {
    index: "src/index.ts",
    caches: "src/caches/index.ts",
    hashers: "src/hashers/index.ts",
    http: "src/http/index.ts",
    repositories: "src/repositories/index.ts",
    validation: "src/validation/index.ts",
  },
  // One copy of the error classes, whichever entry they are reached by.
  splitting: true,
  // Rollup writes the CommonJS build then: the alternative renames classes, and with them errors.
  treeshake: true,
});
