import { ConfigurationError } from "../errors/index.js";

/** How key strings are spelled: `{prefix}{separator}{keyId}{separator}{secret}`. */
export interface KeyFormatOptions {
  /**
   * Tells people and secret scanners whose key it is: 1 to 32 ASCII letters, digits, `_`, `-` or `.`,
   * letters or digits at both ends, without the separator.
   * @defaultValue `"ak"`
   */
  readonly prefix?: string;
  /**
   * Stands between the parts: one of `-`, `_`, `.`, `~`.
   * @defaultValue `"-"`
   */
  readonly separator?: string;
  /**
   * Length of the key id in hex characters: even, 16 to 64.
   * @defaultValue 16 (64 bits)
   */
  readonly keyIdLength?: number;
  /**
   * Random base62 characters in a created secret, before its checksum: 22 (131 bits) to 120, but not 58,
   * which together with the checksum would look like a reference secret of 64.
   * @defaultValue 43 (256 bits)
   */
  readonly secretLength?: number;
  /**
   * `"required"`: every key must end in a right checksum. `"lenient"`: secrets of exactly 64 characters
   * without a checksum, as the Python reference makes them, are accepted too.
   * @defaultValue `"lenient"`
   */
  readonly checksum?: "required" | "lenient";
}

/** Key format options with their defaults filled in. */
export type ResolvedKeyFormat = Required<KeyFormatOptions>;

const NAMES = ["prefix", "separator", "keyIdLength", "secretLength", "checksum"];
const PREFIX = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,30}[A-Za-z0-9])?$/;

/** @throws ConfigurationError that names the option and what it may be. */
export function resolveKeyFormat(options: KeyFormatOptions = {}): ResolvedKeyFormat {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(
      `format.${unknown}: no such option. There are ${NAMES.join(", ")}.`,
    );
  }
  const {
    prefix = "ak",
    separator = "-",
    keyIdLength = 16,
    secretLength = 43,
    checksum = "lenient",
  } = options;
  if (typeof separator !== "string" || !["-", "_", ".", "~"].includes(separator)) {
    throw new ConfigurationError(
      "format.separator: must be one of - _ . ~ (a character that cannot occur in a key id or a secret).",
    );
  }
  if (typeof prefix !== "string" || !PREFIX.test(prefix)) {
    throw new ConfigurationError(
      "format.prefix: must be 1 to 32 ASCII letters, digits, _ - or ., with a letter or digit at both ends.",
    );
  }
  if (prefix.includes(separator)) {
    throw new ConfigurationError(
      `format.prefix: must not hold the separator ${separator}. Choose another separator.`,
    );
  }
  if (!isIntegerWithin(keyIdLength, 16, 64) || keyIdLength % 2 !== 0) {
    throw new ConfigurationError("format.keyIdLength: must be an even integer from 16 to 64.");
  }
  if (!isIntegerWithin(secretLength, 22, 120) || secretLength === 58) {
    throw new ConfigurationError(
      "format.secretLength: must be an integer from 22 to 120, and not 58.",
    );
  }
  if (checksum !== "required" && checksum !== "lenient") {
    throw new ConfigurationError('format.checksum: must be "required" or "lenient".');
  }
  return { prefix, separator, keyIdLength, secretLength, checksum };
}

function isIntegerWithin(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}
