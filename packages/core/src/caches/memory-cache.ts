import { LRUCache } from "lru-cache";
import { ConfigurationError } from "../errors/index.js";
import { createKeyDigest } from "../key-format/key-digest.js";
import {
  ALL_VERSIONS,
  type ApiKeyCache,
  type CacheEntry,
  type CacheLease,
  type CacheLookup,
  MISMATCH,
} from "../ports/index.js";

/** Options of {@link MemoryCache}. */
export interface MemoryCacheOptions {
  /**
   * Key ids to keep, entries and tombstones together; the least recently used go first. 1 to 10 000 000.
   * @defaultValue 100 000 (below 100 MB)
   */
  readonly maxKeys?: number;
}

/**
 * How long a tombstone bars versions, from the first look-up that meets it, in milliseconds. The change that
 * set it may have failed, and then no newer version ever comes.
 */
const TOMBSTONE_MS = 60_000;

/** What a slot holds: an entry with the digest of its key string, or a tombstone. */
interface Slot {
  /** Version of the entry, or version below which the tombstone bars all. */
  readonly version: number;
  readonly entry: CacheEntry | undefined;
  readonly digest: string;
  /** Of a tombstone: when its version ceases to matter; 0 until a look-up has met it. */
  readonly expiresAtMs: number;
  /** Number of the last invalidation of this key; 0 when there was none. */
  readonly sequence: number;
}

/**
 * Keeps proven keys in this process, bounded in number and time: the fastest tier.
 *
 * @remarks
 * A lease is the number of the last invalidation before the look-up began. A slot may be evicted, and what it
 * knew of invalidations with it; the latest number that was lost so is kept, and puts with an older lease are
 * refused, since they might be what that slot was there to refuse.
 */
export class MemoryCache implements ApiKeyCache {
  readonly reach = "process";
  readonly #slots: LRUCache<string, Slot>;
  readonly #digest = createKeyDigest();
  #sequence = 0;
  #evictedSequence = 0;

  /** @throws ConfigurationError when `maxKeys` is out of its range. */
  constructor({ maxKeys = 100_000 }: MemoryCacheOptions = {}) {
    if (!Number.isInteger(maxKeys) || maxKeys < 1 || maxKeys > 10_000_000) {
      throw new ConfigurationError("maxKeys: must be an integer from 1 to 10000000.");
    }
    this.#slots = new LRUCache({
      max: maxKeys,
      dispose: ({ sequence }, _, reason) => {
        if (reason === "evict") this.#evictedSequence = Math.max(this.#evictedSequence, sequence);
      },
    });
  }

  peek(keyId: string, key: string, nowMs: number): CacheLookup["answer"] {
    const slot = this.#slots.get(keyId);
    if (slot === undefined || slot.entry === undefined || slot.expiresAtMs <= nowMs)
      return undefined;
    return slot.digest === this.#digest(key) ? slot.entry : MISMATCH;
  }

  async get(keyId: string, key: string, nowMs: number): Promise<CacheLookup> {
    const slot = this.#slots.get(keyId);
    if (slot && slot.entry === undefined) this.#age(keyId, slot, nowMs);
    return {
      answer: this.peek(keyId, key, nowMs),
      lease: this.#sequence,
      ...(slot?.entry && { expiresAtMs: slot.expiresAtMs }),
    };
  }

  async put(
    key: string,
    entry: CacheEntry,
    expiresAtMs: number,
    lease: CacheLease,
  ): Promise<boolean> {
    const { keyId, version } = entry.record;
    const slot = this.#slots.get(keyId);
    const isLate = typeof lease !== "number" || lease < this.#evictedSequence;
    if (isLate || (slot !== undefined && bars(slot, version, lease))) return false;
    const digest = this.#digest(key);
    const sequence = slot?.sequence ?? 0;
    this.#slots.set(keyId, { version, entry, digest, expiresAtMs, sequence });
    return true;
  }

  async invalidate(keyId: string, version: number): Promise<void> {
    this.#sequence += 1;
    const slot = this.#slots.get(keyId);
    const sequence = this.#sequence;
    const barred = Math.max(version, slot?.version ?? 0);
    this.#slots.set(
      keyId,
      slot?.entry !== undefined && slot.version === barred
        ? { ...slot, sequence }
        : { version: barred, entry: undefined, digest: "", expiresAtMs: 0, sequence },
    );
  }

  /** Lets a tombstone forget its version in time. That it overtakes look-ups before it is not forgotten. */
  #age(keyId: string, slot: Slot, nowMs: number): void {
    if (slot.expiresAtMs === 0) {
      this.#slots.set(keyId, { ...slot, expiresAtMs: nowMs + TOMBSTONE_MS });
    } else if (slot.expiresAtMs <= nowMs && slot.version > 0) {
      this.#slots.set(keyId, { ...slot, version: 0 });
    }
  }

  /** Drops everything, and refuses what is still on its way in. */
  clear(): void {
    this.#sequence += 1;
    this.#evictedSequence = this.#sequence;
    this.#slots.clear();
  }
}

/**
 * Whether a slot refuses an entry: one whose look-up an invalidation has overtaken, or of an older version.
 * A deleted key that was created again counts its versions anew: there the first alone decides.
 */
function bars(slot: Slot, version: number, lease: number): boolean {
  return lease < slot.sequence || (slot.version > version && slot.version !== ALL_VERSIONS);
}
