// Generates the Prisma clients of the tests from the models that the package ships. Needs no network: `prisma
// generate` runs no engine, it only insists on having files of that name.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inSnakeCase } from "./snake-case.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

const CLIENTS = [
  { folder: "sqlite", provider: "sqlite", cli: "prisma" },
  { folder: "postgresql", provider: "postgresql", cli: "prisma" },
  { folder: "mysql", provider: "mysql", cli: "prisma" },
  { folder: "sqlite-6", provider: "sqlite", cli: "prisma6" },
  { folder: "postgresql-6", provider: "postgresql", cli: "prisma6" },
];

for (const { folder, provider, cli } of CLIENTS) {
  const isSix = cli === "prisma6";
  const target = join(root, "test/clients", folder);
  const model = readFileSync(join(root, "prisma", provider, "api-key.prisma"), "utf8");
  const schema = [
    "generator client {",
    '  provider   = "prisma-client"',
    '  output     = "./generated"',
    ...(isSix ? ['  engineType = "client"'] : []),
    "}",
    "",
    "datasource db {",
    `  provider = "${provider}"`,
    ...(isSix ? ['  url      = "file:unused"'] : []),
    "}",
    "",
    model,
    inSnakeCase(model),
    ...(folder === "sqlite" ? [readFileSync(join(root, "test/misfits.prisma"), "utf8")] : []),
  ].join("\n");
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, "schema.prisma"), schema);
  const main = join(dirname(require.resolve(`${cli}/package.json`)), "build/index.js");
  execFileSync(process.execPath, [main, "generate", "--schema", join(target, "schema.prisma")], {
    cwd: root,
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_QUERY_ENGINE_LIBRARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (isSix) importFrom("prisma6-client", join(target, "generated"));
}

/** Both versions are installed here: the older one under another name. */
function importFrom(name, folder) {
  for (const entry of readdirSync(folder, { recursive: true })) {
    const path = join(folder, String(entry));
    if (!statSync(path).isFile()) continue;
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replaceAll('"@prisma/client/runtime', `"${name}/runtime`));
  }
}
