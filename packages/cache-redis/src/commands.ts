import { CacheUnavailableError } from "@apikey/core";
import type { CircuitBreaker } from "./circuit-breaker.js";
import { Deadlines } from "./deadlines.js";
import type { RedisClient } from "./redis-client.js";
import type { Script } from "./scripts.js";
import { WriteGathering } from "./write-gathering.js";

/** What {@link Commands} are sent over, and how long is waited for them. */
export interface CommandsOptions {
  readonly client: RedisClient;
  readonly breaker: CircuitBreaker;
  readonly timeoutMs: number;
  /** A connection that is open and silent for this long is given up, in milliseconds. */
  readonly silenceMs: number;
  /** Gives the connection up and opens another. Absent for a client that is not ours. */
  readonly reconnect: (() => void) | undefined;
}

/** Sends commands that are answered within a deadline or have failed. */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #deadlines: Deadlines;
  readonly #writes: WriteGathering;
  #hasBeenReady = false;
  /** When the first command went unanswered since the last answer. */
  #silentSince: number | undefined;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#writes = new WriteGathering(options.client);
    this.#deadlines = new Deadlines({
      timeoutMs: options.timeoutMs,
      kept: () => {
        this.#silentSince = undefined;
        options.breaker.succeeded();
      },
      failed: (cause) => {
        options.breaker.failed();
        return new CacheUnavailableError({ cause: cause ?? this.#late() });
      },
    });
  }

  /** The path of every shared hit: no promise more than it takes. Rejects at once while the breaker is open. */
  get(key: string): Promise<string | null> {
    return this.#options.breaker.allows()
      ? this.#send(() => this.#options.client.get(key))
      : Promise.reject(breakerIsOpen());
  }

  /** Rejects at once while the breaker is open. */
  run(script: Script, key: string, args: string[]): Promise<unknown> {
    return this.#options.breaker.allows()
      ? this.runAnyway(script, key, args)
      : Promise.reject(breakerIsOpen());
  }

  /** Like {@link run}, whatever the breaker says: an invalidation is worth trying. */
  runAnyway(script: Script, key: string, args: string[]): Promise<unknown> {
    return this.#send(() => this.#evaluate(script, key, args));
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.#send(() => this.#options.client.publish(channel, message));
  }

  async #evaluate({ source, sha }: Script, key: string, args: string[]): Promise<unknown> {
    try {
      return await this.#options.client.evalsha(sha, 1, key, ...args);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      return this.#options.client.eval(source, 1, key, ...args);
    }
  }

  #send<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    return this.#deadlines.within(this.#sendWhenReady(command));
  }

  #late(): Error {
    this.#noteSilence();
    return new Error(`no answer within ${this.#options.timeoutMs} ms`);
  }

  /** A half-open connection looks like a slow one, for ever: after a while only a new one can tell. */
  #noteSilence(): void {
    const { client, silenceMs, reconnect } = this.#options;
    const now = performance.now();
    this.#silentSince ??= now;
    if (!isOpen(client) || now - this.#silentSince < silenceMs) return;
    this.#silentSince = undefined;
    reconnect?.();
  }

  /**
   * Nothing is left to the client's offline queue: what waits there would be sent much later, by when it is
   * worth nothing.
   */
  #sendWhenReady<Reply>(command: () => Promise<Reply>): Promise<Reply> {
    if (this.#options.client.status === "ready") {
      this.#hasBeenReady = true;
      if (this.#deadlines.waiting > 0) this.#writes.begin();
      return command();
    }
    if (this.#hasBeenReady) {
      if (isOpen(this.#options.client)) this.#noteSilence();
      return Promise.reject(
        new Error(`the connection is not ready (${this.#options.client.status})`),
      );
    }
    return this.#firstReady().then(command);
  }

  #firstReady(): Promise<void> {
    const client = this.#options.client;
    if (client.status === "wait") client.connect().catch(() => undefined);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        client.off("ready", settle);
        if (client.status === "ready") resolve();
        else reject(new Error(`the connection is not ready (${client.status})`));
      };
      const timer = setTimeout(settle, this.#options.timeoutMs);
      client.on("ready", settle);
    });
  }
}

function breakerIsOpen(): CacheUnavailableError {
  return new CacheUnavailableError({ cause: new Error("breaker open") });
}

/** Open as far as TCP goes; whether anybody is there is another matter. */
function isOpen({ status }: RedisClient): boolean {
  return status === "ready" || status === "connect";
}
