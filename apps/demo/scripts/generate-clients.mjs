// Generates the Prisma clients of the demo: one for each database, from the model that @apikey/repo-prisma ships.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const generated = fileURLToPath(new URL("../generated", import.meta.url));
const require = createRequire(import.meta.url);
const shipped = join(dirname(require.resolve("@apikey/repo-prisma/package.json")), "prisma");
const cli = join(dirname(require.resolve("prisma/package.json")), "build/index.js");

for (const provider of ["sqlite", "postgresql"]) {
  const folder = join(generated, provider, "schema");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "schema.prisma"),
    `generator client {\n  provider = "prisma-client"\n  output   = "../client"\n}\n\ndatasource db {\n  provider = "${provider}"\n}\n`,
  );
  copyFileSync(join(shipped, provider, "api-key.prisma"), join(folder, "api-key.prisma"));
  execFileSync(process.execPath, [cli, "generate", "--schema", folder], {
    cwd: generated,
    // `generate` runs no engine, and insists on having a file of that name: so it needs no download.
    env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...process.env },
    stdio: ["ignore", "ignore", "inherit"],
  });
}
