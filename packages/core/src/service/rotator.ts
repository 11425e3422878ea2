import { isDeepStrictEqual } from "node:util";
import type { StoredApiKey } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import { VersionConflictError } from "../errors/index.js";
import { invalid } from "../errors/request-errors.js";
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

  /** The successor comes first: whoever is refused the change is not left without a key. */
  async rotate(id: string, options: RotateOptions): Promise<RotatedApiKey> {
    const { issuer, editor } = this.#parts;
    const current = await editor.readVersion(id, options.ifVersion);
    const { isActive, ...inherited } = inheritance(current);
    if (!isActive) throw invalid("id", "is that of a disabled key; create a new one");
    const { expiresAt = inherited.expiresAt } = options;
    const successor = await issuer.create({ ...inherited, expiresAt });
    try {
      const previous = await editor.bringInto(id, (found) => {
        // Rights that were taken away meanwhile must not live on in the successor; a new hash is no matter.
        const isAsRead =
          options.ifVersion === undefined
            ? isDeepStrictEqual(inheritance(found), inheritance(current))
            : found.version === options.ifVersion;
        if (!isAsRead) throw new VersionConflictError();
        return this.#end(found, options.overlapMs ?? 0);
      });
      return { ...successor, previous: toApiKey(previous) };
    } catch (error) {
      await editor.delete(successor.apiKey.id).catch(() => undefined);
      throw error;
    }
  }

  #end(current: StoredApiKey, overlapMs: number): StoredApiKeyPatch {
    const nowMs = this.#parts.clock.now();
    const endMs = Math.min(nowMs + overlapMs, current.expiresAt?.getTime() ?? Infinity);
    return overlapMs === 0
      ? { isActive: false, expiresAt: new Date(endMs) }
      : { expiresAt: new Date(endMs) };
  }
}

/** What a successor takes over from its key. */
function inheritance(stored: StoredApiKey) {
  const { name, description, ownerId, scopes, metadata, isActive, expiresAt } = stored;
  return { name, description, ownerId, scopes, metadata, isActive, expiresAt };
}
