import * as v from "valibot";
import { integer, objectMessage, oneOf } from "../validation/schemas.js";
import { configure } from "../validation/validate.js";

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

const PREFIX = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,30}[A-Za-z0-9])?$/;

const schema = v.pipe(
  v.strictObject(
    {
      prefix: v.optional(
        v.custom<string>(
          (value) => typeof value === "string" && PREFIX.test(value),
          "must be 1 to 32 ASCII letters, digits, _ - or ., with a letter or digit at both ends",
        ),
        "ak",
      ),
      separator: v.optional(
        // None of them can occur in a key id or a secret.
        oneOf(["-", "_", ".", "~"]),
        "-",
      ),
      keyIdLength: v.optional(
        v.pipe(
          integer(16, 64),
          v.check((length) => length % 2 === 0, "must be even"),
        ),
        16,
      ),
      secretLength: v.optional(
        v.pipe(
          integer(22, 120),
          v.check((length) => length !== 58, "must not be 58"),
        ),
        43,
      ),
      checksum: v.optional(oneOf(["required", "lenient"]), "lenient"),
    },
    objectMessage,
  ),
  v.forward(
    v.check(({ prefix, separator }) => !prefix.includes(separator), "must not hold the separator"),
    ["prefix"],
  ),
);

/** @throws ConfigurationError that names the option and what it may be. */
export function resolveKeyFormat(options: KeyFormatOptions = {}): ResolvedKeyFormat {
  return configure(schema, options, "format.");
}
