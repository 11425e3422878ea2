import type { StoredApiKey } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import { ValidationError, VersionConflictError } from "../errors/index.js";
import type { Clock, StoredApiKeyPatch } from "../ports/index.js";
import type { Editor } from "./editor.js";
import type { Issuer } from "./issuer.js";
import type { RotatedApiKey, RotateOptions } from "./requests.js";

/** Parts of a {@link Rotator}. */
export interface RotatorParts {
  readonly issuer: Issuer;
  readonly editor: Editor;
  readonly clock: Clock;
}

/** Replaces a key by a successor with the same rights. */
export class Rotator {
  readonly #parts: RotatorParts;

  constructor(parts: RotatorParts) {
    this.#parts = parts;
  }

  /** The successor comes first: if anything fails, its owner is never left without a key. */
  async rotate(id: string, options: RotateOptions): Promise<RotatedApiKey> {
    const { issuer, editor } = this.#parts;
    const current = await editor.readVersion(id, options.ifVersion);
    const { name, description, ownerId, scopes, metadata } = current;
    const expiresAt = options.expiresAt === undefined ? current.expiresAt : options.expiresAt;
    this.#requireRotatable(current);
    const successor = await issuer.create({
      name,
      description,
      ownerId,
      scopes,
      metadata,
      expiresAt,
    });
    try {
      const previous = await editor.bringInto(id, (found) => {
        // An unguarded rotation ends the key whatever else was changed; a guarded one was meant for a version.
        if (options.ifVersion !== undefined && found.version !== options.ifVersion) {
          throw new VersionConflictError();
        }
        return this.#end(found, options.overlapMs ?? 0);
      });
      return { ...successor, previous: toApiKey(previous) };
    } catch (error) {
      await editor.delete(successor.apiKey.id).catch(() => undefined);
      throw error;
    }
  }

  #requireRotatable(current: StoredApiKey): void {
    if (current.isActive) return;
    throw new ValidationError([
      { field: "id", message: "belongs to a key that is disabled; create a new key instead" },
    ]);
  }

  #end(current: StoredApiKey, overlapMs: number): StoredApiKeyPatch {
    const nowMs = this.#parts.clock.now();
    const endMs = Math.min(nowMs + overlapMs, current.expiresAt?.getTime() ?? Infinity);
    return overlapMs === 0
      ? { isActive: false, expiresAt: new Date(endMs) }
      : { expiresAt: new Date(endMs) };
  }
}
