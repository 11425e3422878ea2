import type { Options } from "tsup";

/** How every package is built: ESM and CommonJS, each with its types. */
export const base: Options = {
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  target: "node20",
  dts: true,
  sourcemap: true,
  clean: true,
};
