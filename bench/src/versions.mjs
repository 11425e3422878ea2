import { readFileSync } from "node:fs";

/** The version of a package that the bench depends on, as it is installed. */
export function versionOf(name) {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")).version;
}

/** The name of a package with its version, for a table. */
export function named(name) {
  return `${name} ${versionOf(name)}`;
}
