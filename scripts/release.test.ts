import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const CHANGESET = join(root, "node_modules/@changesets/cli/bin.js");

let folder = "";
let manifests: string[] = [];

/** What decides on versions, in a repository of its own. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "apikey-release-"));
  const packages = await readdir(join(root, "packages"));
  manifests = packages.map((name) => `packages/${name}/package.json`);
  const files = ["package.json", "pnpm-workspace.yaml", ".changeset/config.json", ...manifests];
  for (const file of [...files, "apps/demo/package.json"]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file));
  }
  await git("init", "--quiet", "--initial-branch=main");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  run("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: folder });

async function versions(): Promise<string[]> {
  const texts = await Promise.all(manifests.map((path) => readFile(join(folder, path), "utf8")));
  return [...new Set(texts.map((text) => (JSON.parse(text) as { version: string }).version))];
}

async function release(kind: "patch" | "minor" | "major"): Promise<string[]> {
  const text = `---\n"@apikey/core": ${kind}\n---\n\nA change.\n`;
  await writeFile(join(folder, `.changeset/${kind}.md`), text);
  await git("add", "--all");
  await git("commit", "--quiet", "--message", `A ${kind} change`);
  await run(process.execPath, [CHANGESET, "version"], { cwd: folder });
  return versions();
}

test("a change of core raises all packages by as much, and by no more", async () => {
  for (const path of manifests) {
    const manifest = JSON.parse(await readFile(join(folder, path), "utf8")) as object;
    await writeFile(join(folder, path), JSON.stringify({ ...manifest, version: "1.0.0" }));
  }
  expect(await release("minor")).toEqual(["1.1.0"]);
  expect(await release("patch")).toEqual(["1.1.1"]);
  expect(await release("major")).toEqual(["2.0.0"]);
  const demo = JSON.parse(await readFile(join(folder, "apps/demo/package.json"), "utf8")) as object;
  expect(demo).toHaveProperty("version", "0.0.0");
});
