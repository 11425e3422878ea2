/** Condition on a key's name. A plain string stands for `{ equals: string }`. */
export interface NameFilter {
  /** The whole name. */
  readonly equals?: string;
  /** A part of the name; `%`, `_` and `\` are ordinary characters. */
  readonly contains?: string;
  /**
   * Ignore the case of ASCII letters. Beyond ASCII it is up to the store.
   * @defaultValue false
   */
  readonly ignoreCase?: boolean;
}

/** Conditions on keys; all that are given must hold. Times compare strictly. */
export interface ApiKeyFilter {
  readonly isActive?: boolean;
  /** Exact, case-sensitive; `null` finds keys without an owner. */
  readonly ownerId?: string | null;
  readonly name?: string | NameFilter;
  readonly createdBefore?: Date;
  readonly createdAfter?: Date;
  /** Keys that never expire match neither `expiresBefore` nor `expiresAfter`. */
  readonly expiresBefore?: Date;
  readonly expiresAfter?: Date;
  /** Keys that were never used match neither `lastUsedBefore` nor `lastUsedAfter`. */
  readonly lastUsedBefore?: Date;
  readonly lastUsedAfter?: Date;
  /** `true`: only keys never used; `false`: only keys used at least once. */
  readonly neverUsed?: boolean;
  /** Keys that carry every one of these scopes, literally (a wildcard matches itself only). */
  readonly scopesAllOf?: readonly string[];
  /** Keys that carry at least one of these scopes, literally. An empty list matches no key. */
  readonly scopesAnyOf?: readonly string[];
}

/** Columns that keys can be ordered by. */
export const ORDER_COLUMNS = ["createdAt", "updatedAt", "expiresAt", "lastUsedAt", "name"] as const;

export type OrderColumn = (typeof ORDER_COLUMNS)[number];

/**
 * Order of a result. Equal values are ordered by `id` in the same direction, so that every order is total.
 * Keys without a value (`expiresAt`, `lastUsedAt`) come last in both directions.
 * Names are ordered by the store's collation.
 */
export interface ApiKeyOrder {
  readonly by: OrderColumn;
  readonly direction: "asc" | "desc";
}

/** Which part of a result to return: either from an offset or after a cursor. */
export interface PageRequest {
  /** At most this many keys: 1 to 1000. */
  readonly limit: number;
  /** Skip this many keys; 0 when absent. Not together with `after`. */
  readonly offset?: number;
  /** Continue after the place a former page of the same filter and order ended: its `nextCursor`. */
  readonly after?: string;
}

/** A page of keys; `nextCursor` is `null` on the last one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
