import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const exec = promisify(execFile);

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A package of this repository that is published. */
export interface PublishedPackage {
  readonly name: string;
  readonly folder: string;
  /** What can be imported: the name, and the name with each subpath that leads to code. */
  readonly entries: readonly string[];
}

/** All packages that are published, also those that are yet to come: nothing here names them. */
export async function publishedPackages(): Promise<PublishedPackage[]> {
  const folders = await readdir(join(root, "packages"));
  const found = await Promise.all(
    folders.map(async (name) => {
      const folder = join(root, "packages", name);
      const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
      return { folder, manifest: text === undefined ? { private: true } : JSON.parse(text) };
    }),
  );
  return found
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest }) => ({
      name: manifest.name,
      folder,
      entries: Object.entries(manifest.exports)
        .filter(([, target]) => typeof target === "object")
        .map(([subpath]) => manifest.name + subpath.slice(1)),
    }));
}

/** Packs a package as it is published, and answers where its tarball is. */
export async function pack({ name, folder }: PublishedPackage, target: string): Promise<string> {
  await mkdir(target, { recursive: true });
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const args = ["-y", packageManager, "pack", "--json", "--pack-destination", target];
  const { stdout } = await exec("npx", args, { cwd: folder });
  const { filename } = JSON.parse(stdout);
  if (typeof filename !== "string") throw new Error(`${name} was not packed.`);
  return filename;
}
