import type { ApiKey } from "../domain/index.js";
import { coversScopes, type RequiredScopes } from "../domain/scopes.js";
import { type ApiKeyErrorCode, isApiKeyError } from "../errors/index.js";
import type { KeyFormat } from "../key-format/index.js";
import { type ApiKeyCache, type Clock, MISMATCH } from "../ports/index.js";
import { verifyChannel } from "../telemetry/channels.js";
import type { Invalidations } from "./invalidations.js";
import type { LastUsedTimes } from "./last-used.js";
import type { Finding, RecordFinder } from "./record-finder.js";
import type { Counters } from "./stats.js";
import { REFUSED, type RefusedKey, type VerifyResult } from "./verify-result.js";

/** Parts of a {@link Verifier}. */
export interface VerifierParts {
  readonly format: KeyFormat;
  readonly cache: ApiKeyCache;
  readonly consistency: "bounded" | "strict";
  readonly clock: Clock;
  readonly wildcards: boolean;
  readonly finder: RecordFinder;
  readonly invalidations: Invalidations;
  /** Absent when last-used times are off. */
  readonly lastUsed: LastUsedTimes | undefined;
  readonly counters: Counters;
}

/** Verifies key strings: the hot path. */
export class Verifier {
  readonly #parts: VerifierParts;
  readonly #peeks: boolean;

  constructor(parts: VerifierParts) {
    this.#parts = parts;
    this.#peeks = parts.consistency === "bounded" && parts.cache.peek !== undefined;
  }

  /**
   * Answers for a key that this process has in memory, without waiting; `undefined` when it has not.
   * Costs one digest and one look-up: a string equal to one that was proven needs no second parsing.
   */
  recall(key: unknown, required: RequiredScopes | undefined): VerifyResult | undefined {
    if (!this.#peeks || typeof key !== "string") return undefined;
    const { format, invalidations, clock, cache, counters } = this.#parts;
    const keyId = format.outline(key);
    if (keyId === undefined || invalidations.isPending(keyId)) return undefined;
    const nowMs = clock.now();
    const answer = cache.peek?.(keyId, key, nowMs);
    if (answer === undefined) return undefined;
    if (answer === MISMATCH) {
      // Only a well-formed string has a secret to be wrong.
      if (typeof format.parse(key) === "string") return undefined;
      counters.memoryHits += 1;
      return this.#conclude(keyId, REFUSED.invalid_key, WRONG_IN_MEMORY);
    }
    counters.memoryHits += 1;
    return this.#conclude(keyId, this.#decide(answer.record, nowMs, required), FOUND_IN_MEMORY);
  }

  /** Answers from wherever it takes. Rejects with a `FaultError` when nobody could say. */
  async verify(key: unknown, required: RequiredScopes | undefined): Promise<VerifyResult> {
    if (key === undefined || key === null || key === "") return this.#refuse(REFUSED.missing_key);
    if (typeof key !== "string") return this.#refuse(REFUSED.malformed_key);
    const parsed = this.#parts.format.parse(key);
    if (typeof parsed === "string") return this.#refuse(REFUSED[parsed]);
    let finding: Finding;
    try {
      finding = await this.#parts.finder.find(key, parsed);
    } catch (error) {
      this.#parts.counters.faults += 1;
      if (isApiKeyError(error)) this.#report(parsed.keyId, error.code, undefined);
      throw error;
    }
    const result = finding.record
      ? this.#decide(finding.record, this.#parts.clock.now(), required)
      : REFUSED.invalid_key;
    return this.#conclude(parsed.keyId, result, finding);
  }

  /** Evaluated on every call, never cached. The secret has been proven: the reason may be told. */
  #decide(record: ApiKey, nowMs: number, required: RequiredScopes | undefined): VerifyResult {
    if (!record.isActive) return REFUSED.disabled_key;
    if (record.expiresAt !== null && !(nowMs < record.expiresAt.getTime()))
      return REFUSED.expired_key;
    if (required !== undefined && !coversScopes(record.scopes, required, this.#parts.wildcards)) {
      return { ok: false, code: "insufficient_scope", ...required };
    }
    this.#parts.lastUsed?.note(record.id, nowMs);
    return { ok: true, apiKey: record };
  }

  #refuse(refused: RefusedKey): VerifyResult {
    return this.#conclude(undefined, refused, undefined);
  }

  #conclude(
    keyId: string | undefined,
    result: VerifyResult,
    finding: Omit<Finding, "record"> | undefined,
  ): VerifyResult {
    if (result.ok) this.#parts.counters.accepted += 1;
    else this.#parts.counters.refused[result.code] += 1;
    if (verifyChannel.hasSubscribers) {
      this.#report(keyId, result.ok ? "accepted" : result.code, finding);
    }
    return result;
  }

  #report(
    keyId: string | undefined,
    outcome: "accepted" | ApiKeyErrorCode,
    finding: Omit<Finding, "record"> | undefined,
  ): void {
    verifyChannel.publish({
      outcome,
      keyId,
      source: finding?.source,
      hashed: finding?.hashed ?? false,
      detail: finding?.detail,
    });
  }
}

const FOUND_IN_MEMORY = { source: "memory", hashed: false, detail: undefined } as const;
const WRONG_IN_MEMORY = { source: "memory", hashed: false, detail: "wrong_secret" } as const;
