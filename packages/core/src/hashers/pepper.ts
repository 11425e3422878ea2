import { ConfigurationError } from "../errors/index.js";
import { PEPPER_VARIABLE } from "./pepper-variable.js";

const PLACEHOLDER = "apikey-placeholder-pepper";

/**
 * One pepper, or several: the first hashes, all verify. Keep peppers out of the database.
 * When absent, the environment variable `API_KEY_PEPPER` is used.
 */
export type PepperOption = string | readonly [string, ...string[]];

/**
 * Settles the peppers of a hasher or the secret of a cache: the option, else `API_KEY_PEPPER`, else a
 * placeholder with a process warning (`APIKEY_PLACEHOLDER_PEPPER`).
 *
 * @throws ConfigurationError when a pepper is blank, or when there is none and `NODE_ENV` is `production`.
 */
export function resolvePeppers(option: PepperOption | undefined): readonly [string, ...string[]] {
  const given = option ?? process.env[PEPPER_VARIABLE];
  if (given !== undefined) {
    const peppers: readonly unknown[] = Array.isArray(given) ? given : [given];
    const [first, ...others] = peppers;
    if (!isPepper(first) || !others.every(isPepper)) {
      throw new ConfigurationError(
        `A pepper must be a string that is not blank. Set ${PEPPER_VARIABLE} or the \`pepper\` option, for instance to the output of \`openssl rand -base64 32\`.`,
      );
    }
    return [first, ...others];
  }
  const advice = `Set ${PEPPER_VARIABLE} or the \`pepper\` option, for instance to the output of \`openssl rand -base64 32\`.`;
  if (process.env.NODE_ENV === "production") {
    throw new ConfigurationError(`No pepper is set, and NODE_ENV is production. ${advice}`);
  }
  process.emitWarning(
    `No pepper is set: a public placeholder is used, fit for development only. ${advice}`,
    { code: "APIKEY_PLACEHOLDER_PEPPER" },
  );
  return [PLACEHOLDER];
}

function isPepper(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
