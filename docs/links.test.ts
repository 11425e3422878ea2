import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import GithubSlugger from "github-slugger";
import { expect, test } from "vitest";
import { type MarkdownFile, markdownFiles, root } from "./markdown.js";

const files = markdownFiles();

test.each(files)("every relative link in $path leads somewhere", (file) => {
  expect(brokenLinksOf(file)).toEqual([]);
});

test("a link to nothing, and one to no heading, are found", () => {
  const text = "[a](nothing.md) [b](README.md#no-such-heading) [c](#here) `[d](code.md)`\n\n# Here";
  expect(brokenLinksOf({ path: "x.md", text })).toEqual([
    "nothing.md",
    "README.md#no-such-heading",
  ]);
});

function brokenLinksOf({ path, text }: MarkdownFile): string[] {
  return linksOf(text).filter((link) => {
    const [target = "", anchor] = link.split("#");
    const to = target === "" ? path : normalize(join(dirname(path), decodeURI(target)));
    if (target !== "" && !existsSync(join(root, to))) return true;
    if (anchor === undefined) return false;
    const document = to.endsWith(".md") ? to : join(to, "README.md");
    if (target !== "" && !existsSync(join(root, document))) return true;
    const linked = target === "" ? text : readFileSync(join(root, document), "utf8");
    return !anchorsOf(linked).has(anchor);
  });
}

/** Targets of links and images that lead to another place of this repository. */
function linksOf(text: string): string[] {
  const prose = withoutCode(text);
  const inline = [...prose.matchAll(/\]\(([^()\s]+)(?: "[^"]*")?\)/g)];
  const references = [...prose.matchAll(/^\[[^\]]+\]: (\S+)/gm)];
  const html = [...prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g)];
  return [...inline, ...references, ...html]
    .map((match) => match[1] ?? "")
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** Anchors as GitHub makes them from headings. */
function anchorsOf(text: string): Set<string> {
  const slugger = new GithubSlugger();
  const headings = [...withoutCode(text, { keepInline: true }).matchAll(/^#{1,6} (.+)$/gm)];
  return new Set(headings.map((match) => slugger.slug((match[1] ?? "").replaceAll("`", ""))));
}

function withoutCode(text: string, { keepInline = false } = {}): string {
  const withoutBlocks = text.replace(/^( *)(```+).*?^\1\2 *$/gms, "");
  return keepInline ? withoutBlocks : withoutBlocks.replace(/`[^`\n]*`/g, "");
}
