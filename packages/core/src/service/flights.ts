interface Flight<Result> {
  readonly keyId: string;
  readonly promise: Promise<Result>;
  /** Until its first read begins, anybody may join: what it will read is as new as what they would. */
  gathering: boolean;
}

/**
 * Single-flight: calls of the same name share one piece of work. A change of a key forgets its flights, so
 * that no verification that starts after the change can get what was read before it.
 */
export class Flights<Result> {
  /** By name, and not by key id first: joining is the hot path, forgetting is not. */
  readonly #flights = new Map<string, Flight<Result>>();

  /**
   * @param name What the work is about, the key id included. Kept until it is done, so it may be secret.
   * @param joinable Whether a flight that is already reading may be joined.
   * @param work Starts after the calls of the present tick had their chance to join.
   */
  join(
    keyId: string,
    name: string,
    joinable: boolean,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const existing = this.#flights.get(name);
    if (existing && (joinable || existing.gathering)) return existing.promise;
    const fly = async (): Promise<Result> => {
      await undefined;
      flight.gathering = false;
      try {
        return await work();
      } finally {
        if (this.#flights.get(name) === flight) this.#flights.delete(name);
      }
    };
    const flight: Flight<Result> = { keyId, promise: fly(), gathering: true };
    this.#flights.set(name, flight);
    return flight.promise;
  }

  /** Lets nobody join the flights of this key id any more, or of all when it is `undefined`. */
  forget(keyId: string | undefined): void {
    for (const [name, flight] of this.#flights) {
      if (keyId === undefined || flight.keyId === keyId) this.#flights.delete(name);
    }
  }
}
