import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exec, pack, publishedPackages } from "./packages.js";
import {
  importsOf,
  install,
  KINDS,
  type Kind,
  type Program,
  prepare,
  programs,
  run,
} from "./project.js";

const packages = await publishedPackages();
const all = await programs();
const suites = all.filter(({ name }) => name.endsWith(".test.js"));
const inDatabase = all.filter(({ name }) => name === "prisma.js");
const overHttp = all.filter(({ name }) => name === "express.js");
const scripts = all.filter((one) => !suites.includes(one) && !inDatabase.includes(one));

/** What the programs import besides our packages. */
const THIRD_PARTY = {
  "@types/node": "^20.19.0",
  ioredis: "^6.0.0",
  keyv: "^5.6.0",
  typescript: "~5.9.3",
  vitest: "^4.1.12",
};
/** The same programs run on both majors of Express. */
const EXPRESS = {
  4: { express: "^4.22.0", "@types/express": "^4.17.25" },
  5: { express: "^5.3.0", "@types/express": "^5.0.6" },
} as const;

/** Apart from the others: a client is generated into `node_modules`. */
const PRISMA = {
  "@prisma/adapter-libsql": "^7.10.0",
  "@prisma/client": "^7.10.0",
  prisma: "^7.10.0",
};

/** Compilers run here, on machines that are busy with the other tests. */
const PATIENT = { timeout: 180_000 };

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "apikey-consumers-"));
  const tarballs: Record<string, string> = {};
  for (const one of packages) tarballs[one.name] = `file:${await pack(one, at("tarballs"))}`;
  await install(at("express5"), { ...tarballs, ...THIRD_PARTY, ...EXPRESS[5] });
  const few = (programs: readonly Program[]) =>
    Object.fromEntries(programs.flatMap(importsOf).map((name) => [name, tarballs[name] ?? ""]));
  const { "@types/node": types, typescript } = THIRD_PARTY;
  await install(at("express4"), {
    ...few(overHttp),
    "@types/node": types,
    typescript,
    ...EXPRESS[4],
  });
  await install(at("prisma"), { ...few(inDatabase), "@types/node": types, typescript, ...PRISMA });
  await generateClient(at("prisma"));
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

test("each package is used by a program", async () => {
  const used = all.flatMap(importsOf);
  expect(packages.map(({ name }) => name).filter((name) => !used.includes(name))).toEqual([]);
});

describe.each(KINDS)("a consumer of the kind $name", (kind) => {
  test(
    "finds every entry of every package, and creates and verifies keys with them",
    PATIENT,
    async () => {
      const project = at("express5");
      const paths = await prepare(project, kind, [importAll(kind.type), ...scripts]);
      for (const path of paths) await run(path, project);
    },
  );
});

/** What resolves in one project resolves in the others. */
const FEWER_KINDS = KINDS.filter(({ name }) => /-js$|nodenext/.test(name)).map((kind) => ({
  ...kind,
  checksLibraries: false,
}));

describe.each(FEWER_KINDS)("a consumer of the kind $name", (kind) => {
  test("puts keys in front of Express 4", PATIENT, async () => {
    const [path = ""] = await prepare(at("express4"), kind, overHttp);
    await run(path, at("express4"));
  });

  test("keeps keys in a database over Prisma", PATIENT, async () => {
    const [path = ""] = await prepare(at("prisma"), kind, inDatabase);
    await run(path, at("prisma"));
  });
});

/** As a user does it, with the model that comes in the package. */
async function generateClient(project: string): Promise<void> {
  const model = join(project, "node_modules/@apikey/repo-prisma/prisma/sqlite/api-key.prisma");
  await mkdir(join(project, "schema"));
  await copyFile(model, join(project, "schema/api-key.prisma"));
  await writeFile(
    join(project, "schema/schema.prisma"),
    'generator client {\n  provider = "prisma-client-js"\n}\n\ndatasource db {\n  provider = "sqlite"\n}\n',
  );
  const prisma = join(project, "node_modules/prisma/build/index.js");
  await exec(process.execPath, [prisma, "generate", "--schema", "schema"], {
    cwd: project,
    // It only asks whether there is one; to generate needs no engine.
    env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CI: "1" },
  });
}

/** Imports everything that can be imported. */
function importAll(type: Kind["type"]): Program {
  // Vitest cannot be required, so neither can what builds on it.
  const isOff = (name: string) => type === "commonjs" && name === "@apikey/testing";
  const entries = packages.flatMap((one) => (isOff(one.name) ? [] : one.entries));
  const lines = entries.map((entry, index) => `import * as entry${index} from "${entry}";`);
  const list = entries.map((_, index) => `entry${index}`);
  lines.push(
    `for (const entry of [${list}]) if (Object.keys(entry).length === 0) throw new Error("empty");`,
  );
  return { name: "entries.js", source: lines.join("\n") };
}

test("the contract suites run in a project of their own", PATIENT, async () => {
  await prepare(at("express5"), { name: "suites", type: "module" }, suites);
  const vitest = at("express5/node_modules/vitest/vitest.mjs");
  const { stdout } = await exec(process.execPath, [vitest, "run", "--reporter=json"], {
    cwd: at("express5/suites"),
  });
  expect(JSON.parse(stdout)).toMatchObject({ success: true });
  expect(JSON.parse(stdout).numPassedTests).toBeGreaterThan(50);
});

describe.each(packages)("the tarball of $name", ({ name }) => {
  const installed = () => at(`express5/node_modules/${name}`);

  test("holds what is published, and nothing else", async () => {
    const files = await readdir(installed(), { recursive: true, withFileTypes: true });
    const paths = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name).slice(installed().length + 1))
      .filter((path) => !path.startsWith("node_modules/"));
    expect(paths).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
    const allowed =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/[\w-]+\.(js|cjs|mjs|d\.ts|d\.cts)(\.map)?|prisma\/.*\.(prisma|sql|toml))$/;
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
  });

  test("names versions that exist, and no workspace", async () => {
    const manifest = await readFile(join(installed(), "package.json"), "utf8");
    expect(manifest).not.toContain("workspace:");
    expect(JSON.parse(manifest)).toMatchObject({ license: "MIT", engines: { node: ">=20.19" } });
  });
});
