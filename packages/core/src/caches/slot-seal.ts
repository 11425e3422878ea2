import {
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import { LRUCache } from "lru-cache";
import type { ApiKey, JsonObject } from "../domain/index.js";
import { freezeDeep } from "../domain/snapshot.js";
import { detach } from "../key-format/detach.js";
import type { CacheEntry } from "../ports/index.js";

/** A sealed slot that was opened: it was sealed by one of us, for this key id and place. */
export interface OpenedSlot {
  readonly entry: CacheEntry;
  readonly expiresAtMs: number;
  /** Whether the slot was made for the key string. */
  matches(presented: PresentedKey): boolean;
}

/** A key string that is to be compared with slots, see {@link SlotSeal.present}. */
export interface PresentedKey {
  readonly key: string;
  /** Its digest under the newest secret. */
  readonly digest: string;
}

/** Options of a {@link SlotSeal}. */
export interface SlotSealOptions {
  /** The first seals, all open: so a secret can be replaced without emptying the cache. */
  readonly secrets: readonly [string, ...string[]];
  /** Slots of one namespace do not open in another. */
  readonly namespace: string;
}

interface SealKeys {
  readonly mac: KeyObject;
  readonly digest: string;
}

/** A text whose seal was found good, and what was in it. */
interface Opened {
  readonly sealed: string;
  readonly binding: string;
  readonly slot: OpenedSlot;
}

/** Opened slots that are remembered: about 10 MB. */
const MAX_OPENED = 10_000;

/** Bytes of the MAC that are kept: 128 bits in 22 characters, beyond any guessing online. */
const MAC_CHARACTERS = 22;

/**
 * Seals cache slots for a store that is not trusted: HMAC-SHA-256 over everything in the slot, its key id
 * and its expiry, under keys derived from a secret (HKDF, RFC 5869). Whoever can write to the store can
 * neither make an entry nor change, move or prolong one. Holds no key string, secret or hash.
 *
 * @remarks For authors of shared caches. A sealed slot is text: `{mac}{JSON}`.
 */
export class SlotSeal {
  readonly #keys: readonly [SealKeys, ...SealKeys[]];
  /** Slots whose seal was found good. The same text is good for ever; only its time runs out. */
  readonly #opened = new LRUCache<string, Opened>({ max: MAX_OPENED });

  constructor({ secrets, namespace }: SlotSealOptions) {
    const [first, ...others] = secrets;
    const derive = (secret: string): SealKeys => ({
      mac: createSecretKey(deriveKey(secret, `apikey:slot-mac:${namespace}`)),
      digest: deriveKey(secret, `apikey:key-digest:${namespace}`).toString("base64"),
    });
    this.#keys = [derive(first), ...others.map(derive)];
  }

  /** @param binding Further text that must be the same when the slot is opened. */
  seal(key: string, entry: CacheEntry, expiresAtMs: number, binding = ""): string {
    const [{ mac, digest }] = this.#keys;
    const { record } = entry;
    const content = JSON.stringify([
      expiresAtMs,
      digestOf(digest, key),
      entry.proof,
      record.id,
      record.version,
      record.name,
      record.description,
      record.ownerId,
      record.scopes,
      record.metadata,
      record.isActive,
      record.expiresAt?.getTime() ?? null,
      record.createdAt.getTime(),
      record.updatedAt.getTime(),
      record.lastUsedAt?.getTime() ?? null,
      record.hint,
    ]);
    return macOf(mac, record.keyId, binding, content) + content;
  }

  /** Computes what the slot is to be compared with: to be called while the store is still being waited for. */
  present(key: string): PresentedKey {
    return { key, digest: digestOf(this.#keys[0].digest, key) };
  }

  /** `undefined` for whatever was not sealed by us for this place, or has expired. */
  open(keyId: string, sealed: string, nowMs: number, binding = ""): OpenedSlot | undefined {
    const known = this.#opened.get(keyId);
    const isKnown = known !== undefined && known.sealed === sealed && known.binding === binding;
    const slot = isKnown ? known.slot : this.#openAnew(keyId, sealed, binding);
    return slot !== undefined && nowMs < slot.expiresAtMs ? slot : undefined;
  }

  #openAnew(keyId: string, sealed: string, binding: string): OpenedSlot | undefined {
    const content = sealed.slice(MAC_CHARACTERS);
    const mac = Buffer.from(sealed.slice(0, MAC_CHARACTERS));
    const keys = this.#keys.find((candidate) => {
      const expected = Buffer.from(macOf(candidate.mac, keyId, binding, content));
      return expected.length === mac.length && timingSafeEqual(expected, mac);
    });
    if (keys === undefined) return undefined;
    // The MAC fits: this is what `seal` wrote.
    const [expiresAtMs, digest, proof, ...fields] = JSON.parse(content) as SlotContent;
    const ownKeyId = detach(keyId);
    const slot: OpenedSlot = {
      entry: { record: toRecord(ownKeyId, fields), proof },
      expiresAtMs,
      matches: (presented) =>
        (keys === this.#keys[0] ? presented.digest : digestOf(keys.digest, presented.key)) ===
        digest,
    };
    this.#opened.set(ownKeyId, { sealed, binding, slot });
    return slot;
  }
}

type RecordFields = readonly [
  id: string,
  version: number,
  name: string,
  description: string | null,
  ownerId: string | null,
  scopes: string[],
  metadata: JsonObject,
  isActive: boolean,
  expiresAt: number | null,
  createdAt: number,
  updatedAt: number,
  lastUsedAt: number | null,
  hint: string,
];

type SlotContent = readonly [
  expiresAtMs: number,
  digest: string,
  proof: string,
  ...fields: RecordFields,
];

function toRecord(keyId: string, fields: RecordFields): ApiKey {
  const [id, version, name, description, ownerId, scopes, metadata, isActive, ...rest] = fields;
  const [expiresAt, createdAt, updatedAt, lastUsedAt, hint] = rest;
  return Object.freeze({
    id,
    keyId,
    version,
    name,
    description,
    ownerId,
    scopes: Object.freeze(scopes),
    metadata: freezeDeep(metadata),
    isActive,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
    hint,
  });
}

function deriveKey(secret: string, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", info, 32));
}

/**
 * Names a key string to those who have the secret. A plain hash over both does: the MAC over the slot keeps
 * it from being extended or chosen, and the secret from being searched for.
 */
function digestOf(secret: string, key: string): string {
  return hash("sha256", secret + key, "base64url");
}

/** Lengths stand before the parts, so that no two places share a text. */
function macOf(key: KeyObject, keyId: string, binding: string, content: string): string {
  const text = `${keyId.length}:${keyId}${binding.length}:${binding}${content}`;
  return createHmac("sha256", key).update(text).digest("base64url").slice(0, MAC_CHARACTERS);
}
