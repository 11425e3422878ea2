import { copyFile } from "node:fs/promises";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "node20",
  dts: true,
  sourcemap: true,
  clean: true,
  // `import.meta.url` for the CommonJS build, to find the worker beside it.
  shims: true,
  onSuccess: () => copyFile("src/worker.mjs", "dist/worker.mjs"),
});
