import {
  type ApiKeyCache,
  type CacheEntry,
  type CacheLease,
  type CacheLookup,
  type Invalidation,
  MISMATCH,
} from "@apikey/core";
import { SlotSeal } from "@apikey/core/caches";
import { CircuitBreaker } from "./circuit-breaker.js";
import { Commands } from "./commands.js";
import type { RedisCacheSettings } from "./options.js";
import { RecentInvalidations } from "./recent-invalidations.js";
import type { RedisClient } from "./redis-client.js";
import { INVALIDATE, PUT } from "./scripts.js";
import { Subscription } from "./subscription.js";

/** An entry whose record was read longer ago than this is not put. */
const LATEST_PUT_MS = 30_000;

/** A tombstone outlives every entry that was read before it, by this much. */
const TOMBSTONE_MARGIN_MS = 60_000;

/** After so many heartbeats without any answer a connection is given up. */
const SILENT_HEARTBEATS = 3;

/** Events of a client after which commands sent before may have been lost, or come late. */
const CONNECTION_EVENTS = ["close", "end", "+node", "-node"];

/** What was true when a look-up began. */
interface Lease {
  readonly epoch: number;
  /** Monotonic, in milliseconds. */
  readonly readAt: number;
  /** By the caller's clock. */
  readonly readAtMs: number;
}

/**
 * One slot for each key id in Redis: put by version, invalidated with a tombstone and a broadcast, each in
 * one single-key script, so that it runs on a cluster too. A look-up is one GET.
 */
export class RedisTier implements ApiKeyCache {
  readonly reach = "fleet";
  readonly #settings: RedisCacheSettings;
  readonly #client: RedisClient;
  readonly #seal: SlotSeal;
  readonly #commands: Commands;
  readonly #subscription: Subscription;
  readonly #recent: RecentInvalidations;
  readonly #onConnectionEvent = (): void => {
    this.#epoch += 1;
  };
  readonly #onReady = (): void => this.#recent.replay();
  #epoch = 0;

  /** @param reconnect Gives up a silent connection; absent for a client that is not ours. */
  constructor(client: RedisClient, settings: RedisCacheSettings, reconnect?: () => void) {
    const { namespace, secrets, commandTimeoutMs, heartbeatMs, breaker, maxTtlMs } = settings;
    this.#settings = settings;
    this.#client = client;
    this.#seal = new SlotSeal({ secrets, namespace });
    this.#commands = new Commands({
      client,
      breaker: new CircuitBreaker({ ...breaker, namespace }),
      timeoutMs: commandTimeoutMs,
      silenceMs: SILENT_HEARTBEATS * heartbeatMs,
      reconnect,
    });
    this.#subscription = new Subscription({
      client,
      commands: this.#commands,
      namespace,
      heartbeatMs,
    });
    this.#recent = new RecentInvalidations(maxTtlMs + TOMBSTONE_MARGIN_MS, (invalidation) =>
      this.#send(invalidation),
    );
    for (const event of CONNECTION_EVENTS) client.on(event, this.#onConnectionEvent);
    for (const event of ["ready", "+node", "-node"]) client.on(event, this.#onReady);
  }

  get listening(): boolean {
    return this.#subscription.listening;
  }

  async get(keyId: string, key: string, nowMs: number): Promise<CacheLookup> {
    const lease: Lease = { epoch: this.#epoch, readAt: performance.now(), readAtMs: nowMs };
    const reading = this.#commands.get(this.#slotKey(keyId));
    const presented = this.#seal.present(key);
    const slot = await reading;
    const separator = slot === null ? -1 : slot.indexOf(":");
    if (slot === null || separator === -1) return { answer: undefined, lease };
    const opened = this.#seal.open(keyId, slot.slice(separator + 1), nowMs);
    if (opened === undefined) return { answer: undefined, lease };
    const { entry, expiresAtMs } = opened;
    return { answer: opened.matches(presented) ? entry : MISMATCH, lease, expiresAtMs };
  }

  async put(
    key: string,
    entry: CacheEntry,
    expiresAtMs: number,
    lease: CacheLease,
  ): Promise<boolean> {
    if (lease === undefined) return false;
    const { epoch, readAt, readAtMs } = lease as Lease;
    const ageMs = performance.now() - readAt;
    if (epoch !== this.#epoch || ageMs > LATEST_PUT_MS) return false;
    const nowMs = readAtMs + ageMs;
    const endMs = Math.min(expiresAtMs, nowMs + this.#settings.maxTtlMs);
    if (endMs <= nowMs) return false;
    const { keyId, version } = entry.record;
    const slot = `E${version}:${this.#seal.seal(key, entry, endMs)}`;
    const args = [String(version), slot, String(Math.ceil(endMs - nowMs))];
    return (await this.#commands.run(PUT, this.#slotKey(keyId), args)) === 1;
  }

  async invalidate(keyId: string, version: number): Promise<void> {
    const invalidation = { keyId, version };
    this.#recent.remember(invalidation);
    await this.#send(invalidation);
  }

  onInvalidation(listener: (invalidation: Invalidation | undefined) => void): () => void {
    return this.#subscription.listen(listener);
  }

  async close(): Promise<void> {
    for (const event of CONNECTION_EVENTS) this.#client.off(event, this.#onConnectionEvent);
    for (const event of ["ready", "+node", "-node"]) this.#client.off(event, this.#onReady);
    this.#subscription.close();
    await this.#recent.close();
  }

  async #send({ keyId, version }: Invalidation): Promise<void> {
    await this.#commands.runAnyway(INVALIDATE, this.#slotKey(keyId), [
      String(version),
      String(this.#settings.maxTtlMs + TOMBSTONE_MARGIN_MS),
      this.#subscription.channel,
      `${version}:${keyId}`,
    ]);
  }

  #slotKey(keyId: string): string {
    return `${this.#settings.namespace}:slot:${keyId}`;
  }
}
