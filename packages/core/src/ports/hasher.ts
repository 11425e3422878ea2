/** A secret matched its stored hash. */
export interface HashMatch {
  /** The hash was made under an old pepper, an old cost or by an old hasher, and should be made again. */
  readonly outdated: boolean;
}

/**
 * Hashes secrets for storage. Adapters hold the peppers: the first one hashes, all of them verify.
 *
 * @remarks
 * The result of `verify` is safe to test for truth: `false` is the only falsy result and the only refusal.
 */
export interface ApiKeyHasher {
  /**
   * Names what new hashes are made with (the first pepper, the cost) without telling it: another text as soon
   * as hashes made so far become outdated. A proof of another generation, from a cache that outlives
   * processes, does not save the hash, which so gets made again. See `generationOf`.
   * @defaultValue the same for ever
   */
  readonly generation?: string | undefined;
  /** Whether `hash` has the form that this hasher makes (its identifier), whatever its parameters. */
  recognizes(hash: string): boolean;
  /** Hashes `secret` under the first pepper. Rejects only when the hash function itself fails. */
  hash(secret: string): Promise<string>;
  /**
   * Whether `secret` was the one that `hash` was made from. A malformed or foreign `hash` is `false`.
   * Rejects only when the hash function itself fails, which is a fault and no statement on the secret.
   */
  verify(hash: string, secret: string): Promise<false | HashMatch>;
  /** Releases what the hasher opened (a worker pool, say). */
  close?(): Promise<void>;
}
