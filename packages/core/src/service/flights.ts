interface Flight<Result> {
  readonly promise: Promise<Result>;
  /** Until its first read begins, anybody may join: what it will read is as new as what they would. */
  gathering: boolean;
}

/**
 * Single-flight: calls for the same key id and digest share one piece of work. A change of a key forgets
 * its flights, so that no verification that starts after the change can get what was read before it.
 */
export class Flights<Result> {
  readonly #flights = new Map<string, Map<string, Flight<Result>>>();

  /**
   * @param joinable Whether a flight that is already reading may be joined.
   * @param work Starts after the calls of the present tick had their chance to join.
   */
  join(
    keyId: string,
    digest: string,
    joinable: boolean,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const existing = this.#flights.get(keyId)?.get(digest);
    if (existing && (joinable || existing.gathering)) return existing.promise;
    const fly = async (): Promise<Result> => {
      await undefined;
      flight.gathering = false;
      try {
        return await work();
      } finally {
        this.#land(keyId, digest, flight);
      }
    };
    const flight: Flight<Result> = { promise: fly(), gathering: true };
    const ofKey = this.#flights.get(keyId) ?? new Map<string, Flight<Result>>();
    this.#flights.set(keyId, ofKey.set(digest, flight));
    return flight.promise;
  }

  /** Lets nobody join the flights of this key id any more, or of all when it is `undefined`. */
  forget(keyId: string | undefined): void {
    if (keyId === undefined) this.#flights.clear();
    else this.#flights.delete(keyId);
  }

  #land(keyId: string, digest: string, flight: Flight<Result>): void {
    const ofKey = this.#flights.get(keyId);
    if (ofKey?.get(digest) !== flight) return;
    ofKey.delete(digest);
    if (ofKey.size === 0) this.#flights.delete(keyId);
  }
}
