// Checks that whatever our packages bring along may be used by anybody: a short list of permissive licences.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./pnpm.mjs";

const ALLOWED = [
  "MIT",
  "ISC",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "0BSD",
  "BlueOak-1.0.0",
];

/** MPL-2.0, which asks for changes to its own files only. Comes with Vitest, a peer of @apikey/testing. */
const EXCEPTION = /^lightningcss(-|$)/;

const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const { stdout } = await promisify(execFile)(
  "npx",
  ["-y", packageManager, "--filter", "./packages/*", "licenses", "list", "--prod", "--json"],
  { cwd: root, maxBuffer: 1 << 24, shell: process.platform === "win32" },
);
const packages = Object.entries(JSON.parse(stdout)).flatMap(([license, found]) =>
  found.map(({ name }) => ({ name, license })),
);
const refused = packages.filter(
  ({ name, license }) => !ALLOWED.includes(license) && !EXCEPTION.test(name),
);
for (const { name, license } of refused) console.error(`${name}: ${license} is not on the list`);
console.log(
  `${packages.length} dependencies, ${refused.length} of a licence that is not on the list`,
);
if (packages.length === 0 || refused.length > 0) process.exitCode = 1;
