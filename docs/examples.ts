import { basename, dirname } from "node:path";
import { markdownFiles } from "./markdown.js";

/** A code block that runs. */
export interface Example {
  /** The Markdown file it stands in, relative to the repository. */
  readonly file: string;
  readonly line: number;
  readonly source: string;
  /** Name of the file it is run from. */
  readonly name: string;
  /**
   * `contract`: TypeScript that declares tests; `module`: other TypeScript, run against the sources;
   * `script`: JavaScript, run by Node against the built packages.
   */
  readonly kind: "contract" | "module" | "script";
}

/**
 * The blocks marked `ts` and `js`, in all documents. Those marked `ts fragment` are parts of something and do
 * not run.
 */
export function findExamples(): Example[] {
  return markdownFiles().flatMap(({ path, text }) =>
    [...text.matchAll(/^```(ts|js)\n(.*?)^```$/gms)].map(
      ([, language, source = ""], index, all) => {
        const line = text.slice(0, all[index]?.index).split("\n").length;
        const kind = kindOf(language, source);
        const extension = kind !== "script" ? "ts" : source.includes("require(") ? "cjs" : "mjs";
        const name = `${basename(dirname(path))}-${basename(path, ".md")}-${line}.${extension}`;
        return { file: path, line, source, name: name.replace(/^\.+-/, ""), kind };
      },
    ),
  );
}

function kindOf(language: string | undefined, source: string): Example["kind"] {
  if (language === "js") return "script";
  return source.includes('from "@apikey/testing"') ? "contract" : "module";
}

/** What the example says that its `console.log` calls print: `console.log(x); // like this`. */
export function foretold({ source }: Example): string[] {
  return [...source.matchAll(/console\.log\(.*\);[ \t]*\/\/ (.*)$/gm)].map(
    (match) => match[1] ?? "",
  );
}
