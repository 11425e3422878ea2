import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Where an example finds what it imports: a workspace that depends on all packages. */
const folder = join(root, "apps/demo/.examples");

interface Example {
  readonly file: string;
  readonly line: number;
  readonly source: string;
}

/** Code blocks marked `ts` run. Those marked `ts fragment` are parts of something and do not. */
async function examplesOf(path: string): Promise<Example[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
    file: relative(root, path),
    line: text.slice(0, match.index).split("\n").length,
    source: match[1] ?? "",
  }));
}

async function documents(): Promise<string[]> {
  const guides = (await readdir(join(root, "docs"))).map((name) => join(root, "docs", name));
  const packages = await readdir(join(root, "packages"));
  return [
    join(root, "README.md"),
    join(root, "CONTRIBUTING.md"),
    ...guides,
    ...packages.map((name) => join(root, "packages", name, "README.md")),
  ].filter((path) => path.endsWith(".md"));
}

/** What the example says that its `console.log` calls print: `console.log(x); // like this`. */
function foretold(source: string): string[] {
  return [...source.matchAll(/console\.log\(.*\);[ \t]*\/\/ (.*)$/gm)].map(
    (match) => match[1] ?? "",
  );
}

await mkdir(folder, { recursive: true });
// The Prisma client that an application would generate from the shipped model.
await cp(
  join(root, "packages/repo-prisma/test/clients/sqlite/generated"),
  join(folder, "generated/prisma"),
  { recursive: true },
);
const examples = (await Promise.all((await documents()).map(examplesOf))).flat();

const environment = { ...process.env };
afterEach(() => {
  vi.restoreAllMocks();
  process.env = { ...environment };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("each example runs, and prints what it says:", () => {
  test.each(examples)("$file, line $line", async ({ file, line, source }) => {
    process.env.API_KEY_PEPPER = "a pepper for the examples";
    process.env.API_KEY_DEV =
      "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN";
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((...values) => {
      printed.push(values.map(String).join(" "));
    });
    const name = `${basename(dirname(file))}-${basename(file, ".md")}-${line}.ts`;
    await writeFile(join(folder, name), source);
    await import(/* @vite-ignore */ join(folder, name));
    const expected = foretold(source);
    if (expected.length > 0) expect(printed).toEqual(expected);
  });

  test("there are examples", () => {
    expect(examples.length).toBeGreaterThan(5);
  });
});
