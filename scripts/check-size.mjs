// Checks that the main entry of @apikey/core stays small: minified and gzipped, without its dependencies.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./pnpm.mjs";

const LIMIT = 12 * 1024;

const { outputFiles } = await build({
  entryPoints: [`${root}/packages/core/dist/index.js`],
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["lru-cache", "valibot", "keyv"],
  write: false,
});
const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
console.log(`@apikey/core: ${size} bytes minified and gzipped, of ${LIMIT}`);
if (size > LIMIT) process.exitCode = 1;
