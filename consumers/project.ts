import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exec, root } from "./packages.js";

const PROGRAMS = join(root, "consumers/programs");

/** How a consumer writes and resolves modules. */
export interface Kind {
  readonly name: string;
  readonly type: "module" | "commonjs";
  /** Options of the TypeScript compiler; without them the programs are JavaScript and run as they are. */
  readonly typescript?: { readonly module: string; readonly moduleResolution: string };
  /** Whether declaration files are checked as well, not only what is used of them: it takes long. */
  readonly checksLibraries?: boolean;
}

export const KINDS: readonly Kind[] = [
  { name: "esm-js", type: "module" },
  { name: "cjs-js", type: "commonjs" },
  ...(["node16", "nodenext"] as const).flatMap((resolution) =>
    (["module", "commonjs"] as const).map((type) => ({
      name: `ts-${resolution}-${type}`,
      type,
      typescript: { module: resolution, moduleResolution: resolution },
      checksLibraries: resolution === "nodenext",
    })),
  ),
  {
    name: "ts-bundler",
    type: "module",
    typescript: { module: "esnext", moduleResolution: "bundler" },
  },
];

/** A program in JavaScript that is TypeScript as well, with static imports on one line each. */
export interface Program {
  readonly name: string;
  readonly source: string;
}

export async function programs(): Promise<Program[]> {
  const names = (await readdir(PROGRAMS)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, source: await readFile(join(PROGRAMS, name), "utf8") })),
  );
}

/** Packages of ours that a program imports. */
export function importsOf({ source }: Program): string[] {
  return [...source.matchAll(/from "(@apikey\/[\w-]+)/g)].map((match) => match[1] ?? "");
}

/** Makes an empty project outside of the workspace, with `dependencies` installed. */
export async function install(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, dependencies }),
  );
  const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await exec("npm", args, { cwd: folder, maxBuffer: 1 << 24 });
}

/**
 * Writes programs for one kind of consumer into a folder of its own below `parent`, where its dependencies
 * are installed, and compiles them if they are TypeScript.
 * @returns Their paths, ready to be run by Node.
 */
export async function prepare(
  parent: string,
  kind: Kind,
  programs: readonly Program[],
): Promise<string[]> {
  const folder = join(parent, kind.name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: kind.type }));
  for (const { name, source } of programs) {
    const isPlainCommonJs = kind.type === "commonjs" && kind.typescript === undefined;
    await writeFile(
      join(folder, kind.typescript ? name.replace(/js$/, "ts") : name),
      isPlainCommonJs ? toRequire(source) : source,
    );
  }
  if (kind.typescript) {
    await compile(parent, folder, { ...kind.typescript, skipLibCheck: !kind.checksLibraries });
  }
  return programs.map(({ name }) => join(folder, kind.typescript ? "out" : "", name));
}

/** The same program with `require`: its imports are on one line each. */
function toRequire(source: string): string {
  return source
    .replaceAll(
      /^import (\{.*\}) from (".*");$/gm,
      (_, names: string, from: string) =>
        `const ${names.replaceAll(" as ", ": ")} = require(${from});`,
    )
    .replaceAll(/^import \* as (\w+) from (".*");$/gm, "const $1 = require($2);")
    .replaceAll(/^import (\w+) from ("node:.*"|"express");$/gm, "const $1 = require($2);")
    .replaceAll(/^import (\w+) from (".*");$/gm, "const { default: $1 } = require($2);");
}

async function compile(parent: string, folder: string, options: object): Promise<void> {
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        ...options,
        target: "es2022",
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        esModuleInterop: true,
        types: ["node"],
        outDir: "out",
        rootDir: ".",
      },
      include: ["*.ts"],
    }),
  );
  const tsc = join(parent, "node_modules/typescript/bin/tsc");
  await exec(process.execPath, [tsc, "-p", folder]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout);
  });
}

export async function run(path: string, folder: string): Promise<void> {
  await exec(process.execPath, [path], {
    cwd: folder,
    timeout: 60_000,
    env: { ...process.env, NODE_ENV: "production" },
  });
}
