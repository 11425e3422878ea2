import { createHmac } from "node:crypto";
import { availableParallelism } from "node:os";
import { type ApiKeyHasher, ConfigurationError, type HashMatch } from "@apikey/core";
import { generationOf, type PepperOption, resolvePeppers } from "@apikey/core/hashers";
import { requireKnownOptions } from "@apikey/core/validation";
import { WorkerPool } from "./worker-pool.js";

/** Options of {@link BcryptHasher}. */
export interface BcryptHasherOptions {
  /** Logarithm of the rounds, 4 to 31; each step doubles the time. @defaultValue 12 */
  readonly cost?: number;
  /**
   * One pepper, or several: the first hashes, all verify.
   * @defaultValue the environment variable `API_KEY_PEPPER`
   */
  readonly pepper?: PepperOption;
  /** Worker threads that hashes are computed on, 1 to 64. @defaultValue the processors but one, at least 1 */
  readonly threads?: number;
}

const NAMES = ["cost", "pepper", "threads"];
const HASH = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** A stored hash dearer than this, and than configured, never matches: it would take minutes. */
const HIGHEST_STORED_COST = 16;

/**
 * bcrypt over base64 of HMAC-SHA-256(pepper, secret): 44 characters, so that neither bcrypt's limit of 72
 * bytes nor its end at a NUL byte can bite. Computed on worker threads: the event loop stays free.
 *
 * @example
 * ```ts
 * const hasher = new BcryptHasher({ pepper: process.env.API_KEY_PEPPER });
 * await hasher.close(); // ends the worker threads
 * ```
 */
export class BcryptHasher implements ApiKeyHasher {
  readonly #cost: number;
  readonly #peppers: readonly [string, ...string[]];
  readonly #pool: WorkerPool;

  /** @throws ConfigurationError when an option is unknown or out of its range, or there is no pepper. */
  constructor(options: BcryptHasherOptions = {}) {
    requireKnownOptions(options, NAMES);
    this.#cost = within("cost", options.cost ?? 12, 4, 31);
    const threads = options.threads ?? Math.max(1, Math.min(64, availableParallelism() - 1));
    this.#pool = new WorkerPool(within("threads", threads, 1, 64));
    this.#peppers = resolvePeppers(options.pepper);
  }

  get generation(): string {
    return generationOf(this.#peppers[0], `bcrypt:${this.#cost}`);
  }

  recognizes(hash: string): boolean {
    return HASH.test(hash);
  }

  async hash(secret: string): Promise<string> {
    const digest = digestOf(this.#peppers[0], secret);
    return String(await this.#pool.run({ digest, cost: this.#cost }));
  }

  async verify(hash: string, secret: string): Promise<false | HashMatch> {
    const cost = Number(HASH.exec(hash)?.[1] ?? Number.NaN);
    if (!(cost >= 4 && cost <= Math.max(this.#cost, HIGHEST_STORED_COST))) return false;
    for (const [index, pepper] of this.#peppers.entries()) {
      if ((await this.#pool.run({ digest: digestOf(pepper, secret), hash })) === true) {
        return { outdated: index > 0 || cost < this.#cost };
      }
    }
    return false;
  }

  /** Ends the worker threads. */
  close(): Promise<void> {
    return this.#pool.close();
  }
}

function digestOf(pepper: string, secret: string): string {
  return createHmac("sha256", pepper).update(secret).digest("base64");
}

function within(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  throw new ConfigurationError(`${name}: must be an integer from ${least} to ${most}.`);
}
