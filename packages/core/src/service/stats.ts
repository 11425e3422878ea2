import type { RefusalCode } from "../errors/index.js";

/** Counters since the service was built, and a few present sizes. A snapshot: it does not change. */
export interface ApiKeyServiceStats {
  readonly accepted: number;
  readonly refused: Readonly<Record<RefusalCode, number>>;
  /** Verifications that ended in a fault: an unavailable repository, an overload. */
  readonly faults: number;
  /** Answers of the in-process cache, right or wrong secret. */
  readonly memoryHits: number;
  /** Answers of the cache beyond the process. */
  readonly cacheHits: number;
  /** Reads and writes that the cache failed at; the verification went on without it. */
  readonly cacheFaults: number;
  /** Repository reads made by verifications. */
  readonly repositoryReads: number;
  /** Hashes computed by verifications. */
  readonly hashesVerified: number;
  /** Hashes computed for new keys, rotations and rehashes. */
  readonly hashesCreated: number;
  readonly hashesRunning: number;
  readonly hashesWaiting: number;
  readonly lastUsedBatches: number;
  /** Last-used batches that failed; their times are kept and written with the next batch. */
  readonly lastUsedFailures: number;
  /** Changes whose invalidation has not reached the cache yet. */
  readonly pendingInvalidations: number;
}

/** The counters as they are kept while counting. */
export class Counters {
  accepted = 0;
  faults = 0;
  memoryHits = 0;
  cacheHits = 0;
  cacheFaults = 0;
  repositoryReads = 0;
  hashesVerified = 0;
  hashesCreated = 0;
  lastUsedBatches = 0;
  lastUsedFailures = 0;
  readonly refused: Record<RefusalCode, number> = {
    missing_key: 0,
    malformed_key: 0,
    checksum_mismatch: 0,
    invalid_key: 0,
    disabled_key: 0,
    expired_key: 0,
    insufficient_scope: 0,
  };
}
