import { channel } from "node:diagnostics_channel";
import { CHANNELS } from "@apikey/core";

/** Message of the channel `apikey:breaker`: the breaker went into this state. */
export interface BreakerMessage {
  readonly state: "closed" | "open";
  readonly namespace: string;
}

const breakerChannel = channel(CHANNELS.breaker);

/** Settings of a {@link CircuitBreaker}. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it stays open before one call may try, in milliseconds. */
  readonly openMs: number;
  readonly namespace: string;
}

/**
 * Stops asking a server that keeps failing, so that each request does not wait for its deadline: open after
 * failures in a row, tried by one call at a time afterwards, closed by the first success.
 *
 * @remarks Ours and not a library's: it stands on the path of every shared hit, and costs two comparisons.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  #triesAgainAt = 0;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get state(): "closed" | "open" {
    return this.#failures < this.#options.failures ? "closed" : "open";
  }

  /** Whether a call may go through now. While open, says yes to one call each `openMs`. */
  allows(): boolean {
    if (this.state === "closed") return true;
    const now = performance.now();
    if (now < this.#triesAgainAt) return false;
    this.#triesAgainAt = now + this.#options.openMs;
    return true;
  }

  succeeded(): void {
    if (this.#failures === 0) return;
    const was = this.state;
    this.#failures = 0;
    this.#report(was);
  }

  failed(): void {
    const was = this.state;
    this.#failures += 1;
    if (this.state === "open") this.#triesAgainAt = performance.now() + this.#options.openMs;
    this.#report(was);
  }

  #report(was: "closed" | "open"): void {
    if (was === this.state || !breakerChannel.hasSubscribers) return;
    const message: BreakerMessage = { state: this.state, namespace: this.#options.namespace };
    breakerChannel.publish(message);
  }
}
