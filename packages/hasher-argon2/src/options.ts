import { ConfigurationError } from "@apikey/core";
import type { PepperOption } from "@apikey/core/hashers";
import { requireKnownOptions } from "@apikey/core/validation";

/** Options of {@link Argon2Hasher}. */
export interface Argon2HasherOptions {
  /**
   * Memory in KiB, 8 × `parallelism` to 1 048 576 (1 GiB).
   * @defaultValue 19 456 (19 MiB), the minimum that OWASP recommends with two iterations
   * (https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html)
   */
  readonly memoryKiB?: number;
  /** Passes over the memory, 1 to 64. @defaultValue 2 */
  readonly iterations?: number;
  /** Lanes computed side by side, 1 to 64. @defaultValue 1 */
  readonly parallelism?: number;
  /** Length of the hash in bytes, 16 to 64. @defaultValue 32 */
  readonly hashLength?: number;
  /**
   * One pepper, or several: the first hashes, all verify. It is Argon2's secret input K (RFC 9106, section 3.1).
   * @defaultValue the environment variable `API_KEY_PEPPER`
   */
  readonly pepper?: PepperOption;
  /**
   * Verify hashes of the Python reference implementation too, which appends the pepper to the secret
   * instead. A match is outdated: the service makes the hash again.
   * @defaultValue false
   */
  readonly pythonReference?: boolean;
}

/** Costs and length of new hashes. */
export type Argon2Parameters = Required<
  Pick<Argon2HasherOptions, "memoryKiB" | "iterations" | "parallelism" | "hashLength">
>;

/** Costs beyond these are refused, in options and in stored hashes: they would be an attack on ourselves. */
export const CEILING = { memoryKiB: 1_048_576, iterations: 64, parallelism: 64 } as const;

const NAMES = ["memoryKiB", "iterations", "parallelism", "hashLength", "pepper", "pythonReference"];

/** @throws ConfigurationError that names the option and what it may be. */
export function resolveParameters(options: Argon2HasherOptions): Argon2Parameters {
  requireKnownOptions(options, NAMES);
  if (typeof (options.pythonReference ?? false) !== "boolean") {
    throw new ConfigurationError("pythonReference: must be true or false.");
  }
  const parallelism = within("parallelism", options.parallelism ?? 1, 1, CEILING.parallelism);
  return {
    memoryKiB: within("memoryKiB", options.memoryKiB ?? 19_456, 8 * parallelism, CEILING.memoryKiB),
    iterations: within("iterations", options.iterations ?? 2, 1, CEILING.iterations),
    parallelism,
    hashLength: within("hashLength", options.hashLength ?? 32, 16, 64),
  };
}

function within(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw new ConfigurationError(`${name}: must be an integer from ${least} to ${most}.`);
}
