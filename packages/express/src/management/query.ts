import { ValidationError } from "@apikey/core";

const LISTS = new Set(["scopesAllOf", "scopesAnyOf"]);
const INTEGERS = new Set(["limit", "offset"]);
const BOOLEANS = new Map<string, boolean>([
  ["true", true],
  ["false", false],
]);
const BOOLEAN_NAMES = new Set(["isActive", "neverUsed", "ignoreCase"]);

/**
 * A query as the JSON that it stands for; what stands for nothing stays text, for the schema to refuse.
 * Lists are repeated parameters. An empty `ownerId` asks for keys without an owner.
 * @throws ValidationError when another parameter is repeated.
 */
export function readQuery(query: URLSearchParams): object {
  const names = [...new Set(query.keys())];
  // Entries rather than assignments: a parameter may be called "__proto__".
  return Object.fromEntries(names.map((name) => [name, readParameter(name, query.getAll(name))]));
}

function readParameter(name: string, values: readonly string[]): unknown {
  if (LISTS.has(name)) return values;
  const [value = "", ...others] = values;
  if (others.length > 0) {
    throw new ValidationError([{ field: name.slice(0, 100), message: "must be given once" }]);
  }
  if (BOOLEAN_NAMES.has(name)) return BOOLEANS.get(value) ?? value;
  if (INTEGERS.has(name) && /^\d{1,16}$/.test(value)) return Number(value);
  return name === "ownerId" && value === "" ? null : value;
}
