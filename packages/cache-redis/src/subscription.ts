import { randomBytes } from "node:crypto";
import type { Invalidation } from "@apikey/core";
import type { Commands } from "./commands.js";
import { openSubscriber, type RedisClient, type SubscriberClient } from "./redis-client.js";

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;

/** A new connection that does not listen within this is given up. */
const LISTENS_WITHIN_MS = 2_000;

/** Heartbeats that may be missing before the subscription counts as broken. */
const MISSING_BEATS = 3;

/** Settings of a {@link Subscription}. */
export interface SubscriptionOptions {
  readonly client: RedisClient;
  readonly commands: Commands;
  readonly namespace: string;
  readonly heartbeatMs: number;
}

/**
 * Hears the invalidations of all processes. A heartbeat that goes out over the data connection and must come
 * in over this one proves the whole way: a half-open connection is found, and while nothing proves that
 * invalidations arrive, nothing pretends so.
 */
export class Subscription {
  readonly channel: string;
  readonly #beatChannel: string;
  readonly #options: SubscriptionOptions;
  readonly #staleAfterMs: number;
  readonly #listeners = new Set<(invalidation: Invalidation | undefined) => void>();
  readonly #heartbeat: NodeJS.Timeout;
  #subscriber: SubscriberClient | undefined;
  #isSubscribed = false;
  #subscribedAt = 0;
  /** When the last heartbeat that came back had been sent: everything before it has arrived. */
  #provenAt = Number.NEGATIVE_INFINITY;
  #retryMs = FIRST_RETRY_MS;
  #retryTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    this.channel = `${options.namespace}:invalidations`;
    this.#beatChannel = `${options.namespace}:heartbeat:${randomBytes(12).toString("hex")}`;
    this.#staleAfterMs = options.heartbeatMs * MISSING_BEATS;
    this.#heartbeat = setInterval(() => this.#beat(), options.heartbeatMs);
    this.#heartbeat.unref();
    this.#connect();
  }

  /** Whether every invalidation made more than three heartbeats ago has been heard. */
  get listening(): boolean {
    return this.#isSubscribed && performance.now() - this.#provenAt < this.#staleAfterMs;
  }

  listen(listener: (invalidation: Invalidation | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#retryTimer);
    this.#isSubscribed = false;
    this.#subscriber?.disconnect();
    this.#listeners.clear();
  }

  #connect(): void {
    let subscriber: SubscriberClient;
    try {
      subscriber = openSubscriber(this.#options.client);
    } catch {
      this.#retryLater();
      return;
    }
    this.#subscriber = subscriber;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      subscriber.disconnect();
      this.#lose();
      this.#retryLater();
    };
    const timer = setTimeout(end, LISTENS_WITHIN_MS);
    timer.unref();
    subscriber.on("error", () => undefined);
    subscriber.on("close", end);
    subscriber.on("end", end);
    subscriber.on("message", (channel: string, message: string) => {
      if (!isOver) this.#hear(channel, message);
    });
    subscriber
      .connect()
      .then(() => subscriber.subscribe(this.channel, this.#beatChannel))
      .then(() => {
        if (isOver) return;
        clearTimeout(timer);
        this.#isSubscribed = true;
        this.#subscribedAt = performance.now();
        this.#retryMs = FIRST_RETRY_MS;
        this.#beat();
      })
      .catch(end);
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryTimer.unref();
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }

  /** Something may be missed from now on. */
  #lose(): void {
    this.#isSubscribed = false;
    this.#provenAt = Number.NEGATIVE_INFINITY;
    this.#tell(undefined);
  }

  #beat(): void {
    if (!this.#isSubscribed) return;
    const now = performance.now();
    const silentSince = Math.max(this.#provenAt, this.#subscribedAt);
    if (now - silentSince > this.#staleAfterMs) {
      // Half-open, or stuck: a new connection is the way to know.
      this.#subscriber?.disconnect();
      return;
    }
    this.#options.commands.publish(this.#beatChannel, String(now)).catch(() => undefined);
  }

  #hear(channel: string, message: string): void {
    if (channel === this.#beatChannel) {
      // After a silence, what memory holds was not vouched for all the while.
      if (!this.listening) this.#tell(undefined);
      this.#provenAt = Math.max(this.#provenAt, Number(message));
      return;
    }
    const separator = message.indexOf(":");
    const version = Number(message.slice(0, separator));
    this.#tell(
      Number.isSafeInteger(version) && separator > 0
        ? { keyId: message.slice(separator + 1), version }
        : undefined,
    );
  }

  #tell(invalidation: Invalidation | undefined): void {
    for (const listener of this.#listeners) listener(invalidation);
  }
}
