import type { StoredApiKey } from "../domain/index.js";
import { KeyNotFoundError, VersionConflictError } from "../errors/index.js";
import type { ApiKeyRepository, Clock, StoredApiKeyPatch } from "../ports/index.js";
import type { Changes } from "./changes.js";
import { requireId } from "./input.js";

/** Tries of a change that wins against any other one, before it gives up. */
const MAX_TRIES = 10;

/** Parts of an {@link Editor}. */
export interface EditorParts {
  readonly repository: ApiKeyRepository;
  readonly changes: Changes;
  readonly clock: Clock;
}

/** Changes stored keys, by compare-and-set. */
export class Editor {
  readonly #parts: EditorParts;

  constructor(parts: EditorParts) {
    this.#parts = parts;
  }

  /** @throws KeyNotFoundError */
  async read(id: string): Promise<StoredApiKey> {
    requireId("id", id);
    const stored = await this.#parts.repository.findById(id);
    if (stored === undefined) throw new KeyNotFoundError();
    return stored;
  }

  /**
   * Like {@link read}, for a change that is wanted of this version only.
   * @throws VersionConflictError
   */
  async readVersion(id: string, ifVersion: number | undefined): Promise<StoredApiKey> {
    const stored = await this.read(id);
    if (ifVersion !== undefined && stored.version !== ifVersion) throw new VersionConflictError();
    return stored;
  }

  /**
   * Changes a key once: what somebody else changed in between is not overwritten.
   * @throws VersionConflictError
   */
  async update(
    id: string,
    patch: StoredApiKeyPatch,
    ifVersion: number | undefined,
  ): Promise<StoredApiKey> {
    const current = await this.readVersion(id, ifVersion);
    if (Object.keys(patch).length === 0) return current;
    return (await this.#commit(current, patch)) ?? this.#lost(id);
  }

  /** Brings a key into a state whatever else happens to it: tries again when it was changed in between. */
  async bringInto(
    id: string,
    patchFor: (current: StoredApiKey) => StoredApiKeyPatch | undefined,
  ): Promise<StoredApiKey> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const current = await this.read(id);
      const patch = patchFor(current);
      if (patch === undefined) {
        await this.#parts.changes.confirm(current);
        return current;
      }
      const updated = await this.#commit(current, patch);
      if (updated) return updated;
    }
    throw new VersionConflictError();
  }

  /** @throws KeyNotFoundError, VersionConflictError */
  async delete(id: string, ifVersion?: number): Promise<void> {
    const current = await this.readVersion(id, ifVersion);
    if (!(await this.#parts.changes.delete(current, ifVersion))) await this.#lost(id);
  }

  /** A change found the key gone, or in another version. */
  async #lost(id: string): Promise<never> {
    await this.read(id);
    throw new VersionConflictError();
  }

  #commit(current: StoredApiKey, patch: StoredApiKeyPatch): Promise<StoredApiKey | undefined> {
    const updatedAt = new Date(this.#parts.clock.now());
    return this.#parts.changes.update(current, { ...patch, updatedAt });
  }
}
