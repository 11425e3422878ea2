import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { type Example, findExamples, foretold } from "./examples.js";
import { root } from "./markdown.js";

/** Here, so that examples find what they import among the dependencies of this workspace. */
const folder = join(root, "docs/.examples");

const ENVIRONMENT = {
  API_KEY_PEPPER: "a pepper for the examples",
  API_KEY_DEV:
    "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN",
};

const examples = findExamples();
const pathOf = ({ name }: Example) => join(folder, name);
const ofKind = (kind: Example["kind"]) => examples.filter((example) => example.kind === kind);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The Prisma client that an application would generate from the shipped model.
cpSync(
  join(root, "packages/repo-prisma/test/clients/sqlite/generated"),
  join(folder, "generated/prisma"),
  { recursive: true },
);
for (const example of examples) writeFileSync(pathOf(example), example.source);

const environment = { ...process.env };
afterEach(() => {
  vi.restoreAllMocks();
  process.env = { ...environment };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("each example runs, and prints what it says:", () => {
  test.each(ofKind("module"))("$file, line $line", async (example) => {
    Object.assign(process.env, ENVIRONMENT);
    const printed: string[] = [];
    vi.spyOn(console, "log").mockImplementation((...values) => {
      printed.push(values.map(String).join(" "));
    });
    await import(/* @vite-ignore */ pathOf(example));
    expectForetold(example, printed);
  });

  test.each(ofKind("script"))("$file, line $line, as JavaScript", (example) => {
    const stdout = execFileSync(process.execPath, [pathOf(example)], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...ENVIRONMENT },
    });
    expectForetold(example, stdout.trimEnd().split("\n"));
  });

  test("there are examples", () => {
    expect(ofKind("module").length).toBeGreaterThan(15);
    expect(ofKind("script").length).toBeGreaterThan(0);
    expect(ofKind("contract").length).toBeGreaterThan(0);
  });
});

test("each example is of the right types", () => {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(
    process.execPath,
    [compiler, "-p", join(root, "docs/tsconfig.json")],
    { encoding: "utf8" },
  );
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

for (const example of ofKind("contract")) {
  describe(`${example.file}, line ${example.line}:`, async () => {
    await import(/* @vite-ignore */ pathOf(example));
  });
}

function expectForetold(example: Example, printed: readonly string[]): void {
  const expected = foretold(example);
  if (expected.length > 0) expect(printed).toEqual(expected);
}
