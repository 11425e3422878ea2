import { ConfigurationError } from "../errors/index.js";

/** @throws ConfigurationError when `options` is no object, or holds one that is not among `names`. */
export function requireKnownOptions(options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new ConfigurationError(`The options must be an object of ${names.join(", ")}.`);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(`${unknown}: no such option. There are ${names.join(", ")}.`);
  }
}
