import type { StoredApiKey } from "../domain/index.js";
import { ALL_VERSIONS, type ApiKeyRepository, type StoredApiKeyPatch } from "../ports/index.js";
import type { Invalidations } from "./invalidations.js";

/**
 * The one place where stored keys change, so that no change can miss the cache: versions below the new one
 * are barred, the repository changes, and they are barred again.
 *
 * @remarks
 * The first barring stands if this process dies right after the commit. The second removes what a reader
 * put between the first and the commit.
 */
export class Changes {
  readonly #repository: ApiKeyRepository;
  readonly #invalidations: Invalidations;
  readonly #forgetReads: (keyId: string) => void;

  /** @param forgetReads Lets no later verification join one that may have read the old state. */
  constructor(
    repository: ApiKeyRepository,
    invalidations: Invalidations,
    forgetReads: (keyId: string) => void,
  ) {
    this.#repository = repository;
    this.#invalidations = invalidations;
    this.#forgetReads = forgetReads;
  }

  /** Compare-and-set against `current`. `undefined` when it is no longer what is stored. */
  update(current: StoredApiKey, patch: StoredApiKeyPatch): Promise<StoredApiKey | undefined> {
    return this.#change(current.keyId, current.version + 1, () =>
      this.#repository.update(current.id, current.version, patch),
    );
  }

  /** Resolves `false` when the key is no longer stored, or not in `ifVersion`. */
  delete({ id, keyId }: StoredApiKey, ifVersion?: number): Promise<boolean> {
    return this.#change(keyId, ALL_VERSIONS, () => this.#repository.delete(id, ifVersion));
  }

  /**
   * Stores a key whose id somebody else chose, and tells the fleet: it may have been asked for before.
   * (An id drawn at random cannot have been.)
   */
  async takeOver(record: StoredApiKey): Promise<void> {
    await this.#repository.create(record);
    await this.#bar(record.keyId, record.version);
  }

  /** Makes sure of a change that was made before: an earlier process may have died before it was told. */
  confirm(current: StoredApiKey): Promise<void> {
    return this.#bar(current.keyId, current.version);
  }

  async #change<Result>(
    keyId: string,
    version: number,
    commit: () => Promise<Result>,
  ): Promise<Result> {
    await this.#bar(keyId, version);
    try {
      return await commit();
    } finally {
      // Also after a failure: a commit whose answer was lost is a commit.
      await this.#bar(keyId, version);
    }
  }

  async #bar(keyId: string, version: number): Promise<void> {
    this.#forgetReads(keyId);
    await this.#invalidations.send(keyId, version);
  }
}
