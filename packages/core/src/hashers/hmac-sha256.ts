import { createHmac, timingSafeEqual } from "node:crypto";
import type { ApiKeyHasher, HashMatch } from "../ports/hasher.js";
import { requireKnownOptions } from "../validation/known-options.js";
import { generationOf } from "./generation.js";
import { type PepperOption, resolvePeppers } from "./pepper.js";

/** Options of {@link HmacSha256Hasher}. */
export interface HmacSha256HasherOptions {
  readonly pepper?: PepperOption;
}

const HASH = /^\$hmac-sha256\$v=1\$([A-Za-z0-9+/]{43})$/;

/**
 * HMAC-SHA-256 of the secret under the pepper (RFC 2104), stored as `$hmac-sha256$v=1$<base64>`.
 *
 * @remarks
 * Fit for secrets of high entropy, such as the ones that this library creates (256 bits): there is nothing
 * to guess, so nothing to slow down. Keys that people made up want Argon2id or bcrypt.
 */
export class HmacSha256Hasher implements ApiKeyHasher {
  readonly #peppers: readonly [string, ...string[]];

  /** @throws ConfigurationError see {@link resolvePeppers}. */
  constructor(options: HmacSha256HasherOptions = {}) {
    requireKnownOptions(options, ["pepper"]);
    this.#peppers = resolvePeppers(options.pepper);
  }

  get generation(): string {
    return generationOf(this.#peppers[0], "hmac-sha256");
  }

  recognizes(hash: string): boolean {
    return HASH.test(hash);
  }

  async hash(secret: string): Promise<string> {
    return `$hmac-sha256$v=1$${mac(this.#peppers[0], secret).toString("base64").slice(0, 43)}`;
  }

  async verify(hash: string, secret: string): Promise<false | HashMatch> {
    const stored = HASH.exec(hash)?.[1];
    if (stored === undefined) return false;
    const expected = Buffer.from(stored, "base64");
    const index = this.#peppers.findIndex((pepper) =>
      timingSafeEqual(mac(pepper, secret), expected),
    );
    return index === -1 ? false : { outdated: index > 0 };
  }
}

function mac(pepper: string, secret: string): Buffer {
  return createHmac("sha256", pepper).update(secret).digest();
}
