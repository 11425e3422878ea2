import { type ApiKeyHasher, HasherFailedError, type HashMatch } from "@apikey/core";
import { generationOf, resolvePeppers } from "@apikey/core/hashers";
import { hash, verify } from "@node-rs/argon2";
import { type Argon2HasherOptions, type Argon2Parameters, resolveParameters } from "./options.js";
import { parsePhcString } from "./phc-string.js";

/**
 * Argon2id (RFC 9106) with the pepper as its secret input, on libuv's thread pool.
 *
 * @example
 * ```ts
 * const hasher = new Argon2Hasher({ pepper: process.env.API_KEY_PEPPER });
 * ```
 *
 * @remarks
 * A hash made with less memory or fewer iterations than configured, or under an old pepper, matches as
 * outdated. A stored hash dearer than 1 GiB, 64 iterations or 64 lanes never matches.
 */
export class Argon2Hasher implements ApiKeyHasher {
  readonly #parameters: Argon2Parameters;
  readonly #peppers: readonly [string, ...string[]];
  readonly #pythonReference: boolean;

  /** @throws ConfigurationError when an option is unknown or out of its range, or there is no pepper. */
  constructor(options: Argon2HasherOptions = {}) {
    this.#parameters = resolveParameters(options);
    this.#peppers = resolvePeppers(options.pepper);
    this.#pythonReference = options.pythonReference ?? false;
  }

  get generation(): string {
    const { memoryKiB, iterations } = this.#parameters;
    return generationOf(this.#peppers[0], `argon2id:${memoryKiB}:${iterations}`);
  }

  recognizes(hash: string): boolean {
    return hash.startsWith("$argon2id$");
  }

  async hash(secret: string): Promise<string> {
    const { memoryKiB, iterations, parallelism, hashLength } = this.#parameters;
    return guard(() =>
      hash(secret, {
        memoryCost: memoryKiB,
        timeCost: iterations,
        parallelism,
        outputLen: hashLength,
        secret: Buffer.from(this.#peppers[0]),
      }),
    );
  }

  async verify(hash: string, secret: string): Promise<false | HashMatch> {
    const costs = parsePhcString(hash);
    if (costs === undefined) return false;
    for (const [index, pepper] of this.#peppers.entries()) {
      if (await guard(() => verify(hash, secret, { secret: Buffer.from(pepper) }))) {
        const { memoryKiB, iterations } = this.#parameters;
        const isCheaper = costs.memoryKiB < memoryKiB || costs.iterations < iterations;
        return { outdated: index > 0 || isCheaper };
      }
    }
    if (!this.#pythonReference) return false;
    for (const pepper of this.#peppers) {
      if (await guard(() => verify(hash, secret + pepper))) return { outdated: true };
    }
    return false;
  }
}

async function guard<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new HasherFailedError({ cause });
  }
}
