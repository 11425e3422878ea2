import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** A Markdown file of the repository. */
export interface MarkdownFile {
  /** Relative to {@link root}, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All Markdown files that belong to the repository, but for generated changelogs. */
export function markdownFiles(): MarkdownFile[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.md"];
  return execFileSync("git", args, { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter(
      (path) => path !== "" && !path.endsWith("CHANGELOG.md") && !path.startsWith(".changeset/"),
    )
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
