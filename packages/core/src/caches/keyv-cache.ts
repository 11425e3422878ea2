import { randomBytes } from "node:crypto";
import * as v from "valibot";
import { CacheUnavailableError, ConfigurationError } from "../errors/index.js";
import { type PepperOption, resolvePeppers } from "../hashers/index.js";
import {
  type ApiKeyCache,
  type CacheEntry,
  type CacheLease,
  type CacheLookup,
  MISMATCH,
} from "../ports/index.js";
import { integer, objectMessage, trueOrFalse } from "../validation/schemas.js";
import { configure } from "../validation/validate.js";
import { SlotSeal } from "./slot-seal.js";

/** What is used of a Keyv instance (https://keyv.org), of version 5 or later. */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ttlMs: number): Promise<unknown>;
}

/** Options of {@link KeyvCache}. */
export interface KeyvCacheOptions {
  /**
   * Whether other processes use the same store. Then an invalidation reaches them all when it resolves.
   * @defaultValue false
   */
  readonly shared?: boolean;
  /** Seals the slots; of several, the first seals and all open. @defaultValue `API_KEY_PEPPER` */
  readonly secret?: PepperOption;
  /** Stands before every key in the store: 1 to 64 letters, digits, `_`, `-`, `.`. @defaultValue `"apikey"` */
  readonly namespace?: string;
  /** Longest life of an entry in milliseconds, 1 to 86 400 000. @defaultValue 300 000 */
  readonly maxTtlMs?: number;
}

/** A key's generation outlives its entries by this much; so late an entry may come. */
const LATE_PUT_MS = 60_000;
const MAX_TRIES = 3;

const schema = v.strictObject(
  {
    shared: v.optional(trueOrFalse, false),
    secret: v.optional(v.custom<PepperOption>(() => true)),
    namespace: v.optional(
      v.custom<string>(
        (value) => typeof value === "string" && /^[\w.-]{1,64}$/.test(value),
        "must be 1 to 64 letters, digits, _ - or .",
      ),
      "apikey",
    ),
    maxTtlMs: v.optional(integer(1, 86_400_000), 300_000),
  },
  objectMessage,
);

/** What a generation slot holds: a name that no other has, and the version below which all is barred. */
interface Generation {
  readonly nonce: string;
  readonly version: number;
}

/** What was true when a look-up began. */
interface Lease {
  readonly generation: Generation;
  readonly readAtMs: number;
}

/**
 * A cache over any Keyv instance, and so over every backend that Keyv has.
 *
 * @example
 * ```ts
 * const cache = new KeyvCache(new Keyv(new KeyvRedis("redis://localhost")), { shared: true });
 * ```
 *
 * @remarks
 * Keyv has no compare-and-set, so each key has a generation beside its entry. An entry names the generation
 * that stood in the store before its record was read, and is good only while that one stands. `invalidate`
 * writes a new generation. An entry that is good therefore was read after the last invalidation: one that
 * comes late can do no harm. A reader that finds no generation writes one and reads it back before it reads
 * the record; a lost, evicted or expired generation makes entries useless, never good.
 *
 * Everything stored is sealed and has a TTL. Keyv hides failures of its stores: an invalidation is read back
 * before it counts as made.
 */
export class KeyvCache implements ApiKeyCache {
  readonly reach: "process" | "fleet";
  readonly #keyv: KeyvLike;
  readonly #seal: SlotSeal;
  readonly #namespace: string;
  readonly #maxTtlMs: number;

  /** @throws ConfigurationError when an option is wrong, or there is no secret. */
  constructor(keyv: KeyvLike, options: KeyvCacheOptions = {}) {
    if (typeof keyv?.get !== "function" || typeof keyv.set !== "function") {
      throw new ConfigurationError("KeyvCache takes a Keyv instance: new KeyvCache(new Keyv()).");
    }
    const { shared, secret, namespace, maxTtlMs } = configure(schema, options);
    this.reach = shared ? "fleet" : "process";
    this.#keyv = keyv;
    this.#namespace = namespace;
    this.#maxTtlMs = maxTtlMs;
    this.#seal = new SlotSeal({ secrets: resolvePeppers(secret), namespace });
  }

  async get(keyId: string, key: string, nowMs: number): Promise<CacheLookup> {
    return guard(async () => {
      const generation = await this.#readGeneration(keyId);
      if (generation === undefined) return this.#begin(keyId, nowMs);
      const lease: Lease = { generation, readAtMs: nowMs };
      const reading = this.#keyv.get(this.#slotKey(keyId));
      const presented = this.#seal.present(key);
      const sealed = await reading;
      const slot =
        typeof sealed === "string"
          ? this.#seal.open(keyId, sealed, nowMs, generation.nonce)
          : undefined;
      if (slot === undefined || slot.entry.record.version < generation.version) {
        return { answer: undefined, lease };
      }
      return slot.matches(presented)
        ? { answer: slot.entry, lease, expiresAtMs: slot.expiresAtMs }
        : { answer: MISMATCH, lease };
    });
  }

  async put(
    key: string,
    entry: CacheEntry,
    expiresAtMs: number,
    lease: CacheLease,
  ): Promise<boolean> {
    if (lease === undefined) return false;
    const { generation, readAtMs } = lease as Lease;
    const { keyId, version } = entry.record;
    if (generation.nonce === "" || version < generation.version) return false;
    const endMs = Math.min(expiresAtMs, readAtMs + this.#maxTtlMs);
    const ttlMs = Math.ceil(endMs - readAtMs);
    if (ttlMs <= 0) return false;
    const sealed = this.#seal.seal(key, entry, endMs, generation.nonce);
    return guard(async () => (await this.#keyv.set(this.#slotKey(keyId), sealed, ttlMs)) !== false);
  }

  async invalidate(keyId: string, version: number): Promise<void> {
    await guard(async () => {
      const current = await this.#readGeneration(keyId);
      const made = await this.#writeGeneration(keyId, Math.max(version, current?.version ?? 0));
      if (made === undefined) throw new Error("The store did not take the invalidation.");
    });
  }

  /** First look-up of a key: nothing can be cached, and there is no generation to cache it under. */
  async #begin(keyId: string, nowMs: number): Promise<CacheLookup> {
    const generation = (await this.#writeGeneration(keyId, 0)) ?? { nonce: "", version: 0 };
    const lease: Lease = { generation, readAtMs: nowMs };
    return { answer: undefined, lease };
  }

  /** Writes a new generation and reads it back; others may be writing theirs. */
  async #writeGeneration(keyId: string, version: number): Promise<Generation | undefined> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const nonce = randomBytes(12).toString("base64url");
      const ttlMs = this.#maxTtlMs + LATE_PUT_MS;
      await this.#keyv.set(this.#generationKey(keyId), `${nonce}:${version}`, ttlMs);
      const written = await this.#readGeneration(keyId);
      if (written?.nonce === nonce) return written;
    }
    return undefined;
  }

  async #readGeneration(keyId: string): Promise<Generation | undefined> {
    const text = await this.#keyv.get(this.#generationKey(keyId));
    const match = typeof text === "string" ? /^([\w-]{16}):(\d{1,16})$/.exec(text) : null;
    return match?.[1] === undefined ? undefined : { nonce: match[1], version: Number(match[2]) };
  }

  #slotKey(keyId: string): string {
    return `${this.#namespace}:slot:${keyId}`;
  }

  #generationKey(keyId: string): string {
    return `${this.#namespace}:generation:${keyId}`;
  }
}

async function guard<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw new CacheUnavailableError({ cause });
  }
}
