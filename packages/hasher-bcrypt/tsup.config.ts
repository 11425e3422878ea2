import { copyFile } from "node:fs/promises";
import { defineConfig } from "tsup";
import { base } from "../../tsup.base.js";

export default defineConfig({
  ...base,
  // `import.meta.url` for the CommonJS build, to find the worker beside it.
  shims: true,
  onSuccess: () => copyFile("src/worker.mjs", "dist/worker.mjs"),
});
