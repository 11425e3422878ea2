import type { RandomSource } from "../ports/random.js";
import { randomBase62 } from "./base62.js";
import { CHECKSUM_LENGTH, checksum, endsInChecksum } from "./checksum.js";
import { type KeyFormatOptions, type ResolvedKeyFormat, resolveKeyFormat } from "./options.js";

/** The parts of a key string. */
export interface ParsedKey {
  readonly keyId: string;
  /** The whole last segment, with its checksum: this is what is hashed. */
  readonly secret: string;
}

/** Why a string is not a key of the format. */
export type KeyParseFailure = "malformed_key" | "checksum_mismatch";

/** Length of a secret of the Python reference, which has no checksum. */
const REFERENCE_SECRET_LENGTH = 64;
const SHORTEST_SECRET = 22 + CHECKSUM_LENGTH;
const LONGEST_SECRET = 120 + CHECKSUM_LENGTH;

const BASE62 = /^[0-9A-Za-z]+$/;
const LOWER_HEX = /^[0-9a-f]+$/;

/**
 * Reads and writes key strings of one format.
 *
 * @example
 * ```ts
 * const format = new KeyFormat({ prefix: "acme" });
 * format.parse("acme-92f5326fb9b44ab7-…"); // { keyId, secret }, "malformed_key" or "checksum_mismatch"
 * ```
 */
export class KeyFormat {
  readonly options: ResolvedKeyFormat;
  /** `{prefix}{separator}`, with which every key begins. */
  readonly #start: string;
  readonly #secretStart: number;
  readonly #longest: number;

  /** @throws ConfigurationError when an option is out of its range. */
  constructor(options?: KeyFormatOptions) {
    this.options = resolveKeyFormat(options);
    this.#start = this.options.prefix + this.options.separator;
    this.#secretStart = this.#start.length + this.options.keyIdLength + 1;
    this.#longest = this.#secretStart + LONGEST_SECRET;
  }

  /**
   * The key id of a string that has the outline of a key: bounded length, prefix and separators in place.
   * The parts are not looked into: this much is enough to find the cache slot of a key that was proven
   * before, and only a string that passes {@link parse} is ever proven.
   */
  outline(text: string): string | undefined {
    const end = this.#secretStart - 1;
    return text.length <= this.#longest &&
      text[end] === this.options.separator &&
      text.startsWith(this.#start)
      ? text.slice(this.#start.length, end)
      : undefined;
  }

  /** Takes a key string apart. Linear in a bounded length; never throws. */
  parse(text: string): ParsedKey | KeyParseFailure {
    const keyId = this.outline(text);
    if (keyId === undefined || !LOWER_HEX.test(keyId)) return "malformed_key";
    const secret = text.slice(this.#secretStart);
    if (secret.length < SHORTEST_SECRET || !BASE62.test(secret)) return "malformed_key";
    const isReference =
      this.options.checksum === "lenient" && secret.length === REFERENCE_SECRET_LENGTH;
    if (!isReference && !endsInChecksum(text)) return "checksum_mismatch";
    return { keyId, secret };
  }

  /** Writes the parts as a key string. */
  format({ keyId, secret }: ParsedKey): string {
    return `${this.#start}${keyId}${this.options.separator}${secret}`;
  }

  /** Makes a key of random parts; its checksum covers everything before it, the prefix included. */
  generate(random: RandomSource): ParsedKey {
    const keyId = Buffer.from(random(this.options.keyIdLength / 2)).toString("hex");
    const text = randomBase62(this.options.secretLength, random);
    return { keyId, secret: text + checksum(this.format({ keyId, secret: text })) };
  }

  /**
   * A regular expression that finds keys of this format inside other text, for secret scanners
   * (GitHub's custom patterns, gitleaks, trufflehog). Without flags; syntax common to RE2 and PCRE.
   */
  get pattern(): string {
    const escaped = this.#start.replaceAll(/[.\-~]/g, "\\$&");
    const separator = this.options.separator.replaceAll(/[.\-~]/g, "\\$&");
    const { keyIdLength } = this.options;
    return `\\b${escaped}[0-9a-f]{${keyIdLength}}${separator}[0-9A-Za-z]{${SHORTEST_SECRET},${LONGEST_SECRET}}\\b`;
  }
}
