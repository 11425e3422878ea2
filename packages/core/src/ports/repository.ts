import type { StoredApiKey } from "../domain/api-key.js";
import type { ApiKeyFilter, ApiKeyOrder, Page, PageRequest } from "../domain/search.js";

/** Fields that `update` may set. The version is not among them: the repository increments it. */
export type StoredApiKeyPatch = Partial<
  Pick<
    StoredApiKey,
    | "name"
    | "description"
    | "ownerId"
    | "scopes"
    | "metadata"
    | "isActive"
    | "expiresAt"
    | "updatedAt"
    | "hash"
  >
>;

/** One use of a key, for {@link ApiKeyRepository.touch}. */
export interface LastUse {
  /** {@link ApiKey.id} of the key. */
  readonly id: string;
  readonly at: Date;
}

/**
 * Stores keys. Input has been validated by the service; an adapter stores and finds, it does not judge.
 *
 * @remarks
 * A store that cannot answer rejects with `RepositoryUnavailableError` or with an error of its own, which the
 * service then wraps in one. "Not there" is `undefined` or `false` and never a rejection.
 * Times are kept to the millisecond, text is compared case-sensitively unless a filter says otherwise.
 */
export interface ApiKeyRepository {
  /**
   * Whether something other than this object can change its records (another process, another instance on
   * the same database). If so, a cache that only this process sees may go stale.
   */
  readonly shared: boolean;

  /** Stores a new record. Rejects with `ConflictError` when its `id` or `keyId` is taken. */
  create(record: StoredApiKey): Promise<void>;

  findById(id: string): Promise<StoredApiKey | undefined>;

  /** The look-up of the verify path: one read by a unique index. */
  findByKeyId(keyId: string): Promise<StoredApiKey | undefined>;

  /**
   * Compare-and-set: applies `patch` and increments the version if the record still has `expectedVersion`.
   * Resolves to the record as it is stored now, or `undefined` when there is no record of that id and version.
   */
  update(
    id: string,
    expectedVersion: number,
    patch: StoredApiKeyPatch,
  ): Promise<StoredApiKey | undefined>;

  /**
   * Removes the record, if it still has `expectedVersion` (any version when absent), as one atomic step.
   * Resolves `false` when there was none of that id and version.
   */
  delete(id: string, expectedVersion?: number): Promise<boolean>;

  /**
   * Keys that match `filter`, in `order`. Every condition is applied before paging.
   * Rejects with `ValidationError` (field `after`) for a cursor of another order or not of this library;
   * see `encodeCursor` and `decodeCursor`.
   */
  find(filter: ApiKeyFilter, order: ApiKeyOrder, page: PageRequest): Promise<Page<StoredApiKey>>;

  /** How many keys match `filter`. */
  count(filter: ApiKeyFilter): Promise<number>;

  /**
   * Sets `lastUsedAt` of each record to the later of what is stored and `at`, in one batch.
   * Changes nothing else, not even the version; ids that are not stored are passed over.
   */
  touch(uses: readonly LastUse[]): Promise<void>;
}
