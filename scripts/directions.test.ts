import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the linter says of a file of this path that imports `specifier`. */
async function lint(path: string, specifier: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "apikey-directions-"));
  try {
    await cp(join(root, "biome.json"), join(folder, "biome.json"));
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), `import { x } from "${specifier}";\n\nconsole.log(x);\n`);
    const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [biome, "lint", "--vcs-enabled=false", path],
      { cwd: folder, encoding: "utf8" },
    );
    const output = stdout + stderr;
    expect(output).toContain("Checked 1 file");
    return output;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test.each([
  ["packages/core/src/service/x.ts", "@apikey/express"],
  ["packages/core/src/service/x.ts", "../http/index.js"],
  ["packages/core/src/domain/x.ts", "../ports/index.js"],
  ["packages/core/src/ports/x.ts", "../service/x.js"],
  ["packages/core/src/errors/x.ts", "../domain/index.js"],
  ["packages/core/src/caches/x.ts", "../service/x.js"],
  ["packages/hasher-argon2/src/x.ts", "@apikey/hasher-bcrypt"],
  ["packages/repo-prisma/src/x.ts", "@apikey/cache-redis"],
  ["packages/cache-redis/src/x.ts", "@apikey/testing"],
  ["packages/express/src/x.ts", "@apikey/repo-prisma"],
  ["packages/testing/src/x.ts", "@apikey/express"],
  ["packages/express/src/x.ts", "../../repo-prisma/src/index.js"],
])("%s may not import %s", async (path, specifier) => {
  expect(await lint(path, specifier)).toContain("noRestrictedImports");
});

test.each([
  ["packages/core/src/service/x.ts", "../ports/index.js"],
  ["packages/core/src/ports/x.ts", "../domain/index.js"],
  ["packages/cache-redis/src/x.ts", "@apikey/core"],
  ["packages/cache-redis/src/x.ts", "@apikey/core/caches"],
  ["packages/testing/src/x.ts", "@apikey/core"],
  ["packages/express/src/management/x.ts", "../send.js"],
])("%s may import %s", async (path, specifier) => {
  expect(await lint(path, specifier)).not.toContain("noRestrictedImports");
});
