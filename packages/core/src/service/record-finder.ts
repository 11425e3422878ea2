import type { ApiKey, StoredApiKey } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import type { ParsedKey } from "../key-format/index.js";
import { createKeyDigest } from "../key-format/key-digest.js";
import {
  type ApiKeyCache,
  type ApiKeyRepository,
  type CacheLookup,
  type Clock,
  MISMATCH,
} from "../ports/index.js";
import type { VerifySource } from "../telemetry/index.js";
import { Flights } from "./flights.js";
import type { HasherChoice } from "./hasher-choice.js";
import type { Invalidations } from "./invalidations.js";
import type { SecretProver } from "./secret-prover.js";
import type { Counters } from "./stats.js";
import { UnknownIds } from "./unknown-ids.js";

/** What became of the look-up of a key string. */
export interface Finding {
  /** The record whose secret was proven; `undefined` when the key string is wrong. */
  readonly record: ApiKey | undefined;
  readonly source: VerifySource;
  readonly hashed: boolean;
  /** Why there is no record: nothing is stored, or the secret is another. For operators only. */
  readonly detail: "unknown_key" | "wrong_secret" | undefined;
}

/** Parts of a {@link RecordFinder}. */
export interface RecordFinderParts {
  readonly repository: ApiKeyRepository;
  readonly cache: ApiKeyCache;
  readonly cacheTtlMs: number;
  readonly consistency: "bounded" | "strict";
  readonly clock: Clock;
  readonly hasher: HasherChoice;
  readonly prover: SecretProver;
  readonly invalidations: Invalidations;
  readonly counters: Counters;
}

/**
 * Finds the record of a key string and proves its secret, from the cheapest place that may be trusted.
 * Says nothing on whether the key is active, expired or has a scope: that is decided anew on every call.
 */
export class RecordFinder {
  readonly #parts: RecordFinderParts;
  readonly #findings = new Flights<Finding>();
  readonly #reads = new Flights<StoredApiKey | undefined>();
  readonly #unknownIds = new UnknownIds();
  readonly #digest = createKeyDigest();

  constructor(parts: RecordFinderParts) {
    this.#parts = parts;
  }

  find(key: string, parsed: ParsedKey): Promise<Finding> {
    const { keyId } = parsed;
    if (this.#trustsCache(keyId) && this.#unknownIds.has(keyId, this.#parts.clock.now())) {
      return Promise.resolve(notFound("unknown_key", "memory", false));
    }
    return this.#findings.join(keyId, key, this.#isToldOfChanges(keyId), () =>
      this.#trustsCache(keyId) ? this.#findBounded(key, parsed) : this.#findStrict(key, parsed),
    );
  }

  /** Lets no later call join one that may have read what is changing now; all keys when `undefined`. */
  forget(keyId: string | undefined): void {
    this.#findings.forget(keyId);
    this.#reads.forget(keyId);
    this.#unknownIds.forget(keyId);
  }

  /** Whether a cached record may decide. Not while the cache has yet to hear of a change made here. */
  #trustsCache(keyId: string): boolean {
    return this.#parts.consistency === "bounded" && !this.#parts.invalidations.isPending(keyId);
  }

  /** Whether a change ends the flights of its key, so that one which is already reading may be joined. */
  #isToldOfChanges(keyId: string): boolean {
    const { cache } = this.#parts;
    return this.#trustsCache(keyId) && (cache.reach === "process" || cache.listening === true);
  }

  async #findBounded(key: string, parsed: ParsedKey): Promise<Finding> {
    const { cache, clock, hasher, prover, counters } = this.#parts;
    const { keyId } = parsed;
    const nowMs = clock.now();
    const lookup = await this.#lookUp(keyId, key, nowMs);
    const answer = lookup?.answer;
    if (answer === MISMATCH || (answer !== undefined && hasher.trusts(answer.proof))) {
      const source = cache.reach === "process" ? "memory" : "cache";
      counters[source === "memory" ? "memoryHits" : "cacheHits"] += 1;
      if (answer === MISMATCH) return notFound("wrong_secret", source, false);
      prover.learn(answer.record.keyId, answer.proof, () => this.#digest(key));
      return { record: answer.record, source, hashed: false, detail: undefined };
    }
    prover.admit(keyId);
    const { generation } = this.#unknownIds;
    const stored = await this.#read(keyId);
    if (stored === undefined) {
      if (this.#isToldOfChanges(keyId)) this.#unknownIds.remember(keyId, nowMs, generation);
      return notFound("unknown_key", "repository", false);
    }
    return this.#prove(key, parsed, stored, hasher.proofOf(stored.hash), nowMs, lookup);
  }

  /** Reads the record on every call. A cache that spans the fleet can still save the hash. */
  async #findStrict(key: string, parsed: ParsedKey): Promise<Finding> {
    const { cache, clock, hasher, prover, invalidations } = this.#parts;
    const { keyId } = parsed;
    const nowMs = clock.now();
    const stored = await this.#read(keyId);
    if (stored === undefined) return notFound("unknown_key", "repository", false);
    const proof = hasher.proofOf(stored.hash);
    const asksCache =
      cache.reach === "fleet" && !prover.knows(keyId, proof) && !invalidations.isPending(keyId);
    const lookup = asksCache ? await this.#lookUp(keyId, key, nowMs) : undefined;
    const answer = lookup?.answer;
    const isProven = answer !== undefined && answer !== MISMATCH && answer.proof === proof;
    if (isProven) prover.learn(stored.keyId, proof, () => this.#digest(key));
    return this.#prove(key, parsed, stored, proof, nowMs, isProven ? undefined : lookup);
  }

  /** Proves the secret against the record that was read, and lets the cache know when it was looked up. */
  async #prove(
    key: string,
    { secret }: ParsedKey,
    stored: StoredApiKey,
    proof: string,
    nowMs: number,
    lookup: CacheLookup | undefined,
  ): Promise<Finding> {
    const { matches, hashed } = await this.#parts.prover.prove(
      stored,
      secret,
      this.#digest(key),
      proof,
    );
    if (!matches) return notFound("wrong_secret", "repository", hashed);
    const record = toApiKey(stored);
    if (lookup) await this.#put(key, record, proof, nowMs, lookup);
    return { record, source: "repository", hashed, detail: undefined };
  }

  async #lookUp(keyId: string, key: string, nowMs: number): Promise<CacheLookup | undefined> {
    try {
      return await this.#parts.cache.get(keyId, key, nowMs);
    } catch {
      this.#parts.counters.cacheFaults += 1;
      return undefined;
    }
  }

  #read(keyId: string): Promise<StoredApiKey | undefined> {
    return this.#reads.join(keyId, keyId, this.#isToldOfChanges(keyId), () => {
      this.#parts.counters.repositoryReads += 1;
      return this.#parts.repository.findByKeyId(keyId);
    });
  }

  async #put(
    key: string,
    record: ApiKey,
    proof: string,
    nowMs: number,
    { lease }: CacheLookup,
  ): Promise<void> {
    const ttlEndMs = nowMs + this.#parts.cacheTtlMs;
    const expiresAtMs = Math.min(ttlEndMs, record.expiresAt?.getTime() ?? ttlEndMs);
    if (expiresAtMs <= nowMs) return;
    try {
      await this.#parts.cache.put(key, { record, proof }, expiresAtMs, lease);
    } catch {
      this.#parts.counters.cacheFaults += 1;
    }
  }
}

function notFound(
  detail: "unknown_key" | "wrong_secret",
  source: VerifySource,
  hashed: boolean,
): Finding {
  return { record: undefined, source, hashed, detail };
}
