import type { Operation } from "./operation.js";

/** A route that fits a path, and what stands in the place of `:id`. */
export interface RouteMatch {
  readonly operation: Operation;
  readonly id: string;
}

/** All routes that fit a path, by method. A literal path hides `/:id`: `GET /search` is no key's. */
export function matchRoutes(
  operations: readonly Operation[],
  path: string,
): ReadonlyMap<string, RouteMatch> {
  const segments = split(path);
  const fits = operations.flatMap((operation) => {
    const id = idOf(split(operation.path), segments);
    return id === undefined ? [] : [{ operation, id }];
  });
  const literal = fits.filter(({ id }) => id === "");
  return new Map((literal.length > 0 ? literal : fits).map((fit) => [fit.operation.method, fit]));
}

/** Without a slash at the end. */
function split(path: string): string[] {
  return path.replace(/\/$/, "").split("/").slice(1);
}

/** What stands in the place of `:id`, empty when the pattern has none; `undefined` when it does not fit. */
function idOf(pattern: readonly string[], segments: readonly string[]): string | undefined {
  if (pattern.length !== segments.length) return undefined;
  let id = "";
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part !== ":id" && part !== segment) return undefined;
    if (part === ":id") {
      if (segment === "") return undefined;
      id = segment;
    }
  }
  return id;
}

/** Value of `Allow`. */
export function allowedMethods(matches: ReadonlyMap<string, RouteMatch>): string {
  const methods = [...matches.keys()];
  return [...methods, ...(matches.has("GET") ? ["HEAD"] : []), "OPTIONS"].sort().join(", ");
}
