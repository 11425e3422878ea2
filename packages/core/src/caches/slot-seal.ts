import {
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from "node:crypto";
import type { ApiKey, JsonObject } from "../domain/index.js";
import { freezeDeep } from "../domain/snapshot.js";
import type { CacheEntry } from "../ports/index.js";

/** A sealed slot that was opened: it was sealed by one of us, for this key id and place. */
export interface OpenedSlot {
  readonly entry: CacheEntry;
  readonly expiresAtMs: number;
  /** Whether the slot was made for the given key string. */
  matches(key: string): boolean;
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
  readonly digest: KeyObject;
}

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

  constructor({ secrets, namespace }: SlotSealOptions) {
    const [first, ...others] = secrets;
    const derive = (secret: string): SealKeys => ({
      mac: deriveKey(secret, `apikey:slot-mac:${namespace}`),
      digest: deriveKey(secret, `apikey:key-digest:${namespace}`),
    });
    this.#keys = [derive(first), ...others.map(derive)];
  }

  /** @param binding Further text that must be the same when the slot is opened. */
  seal(key: string, entry: CacheEntry, expiresAtMs: number, binding = ""): string {
    const [{ mac, digest }] = this.#keys;
    const { record } = entry;
    const content = JSON.stringify([
      expiresAtMs,
      hmac(digest, key),
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

  /** `undefined` for whatever was not sealed by us for this place, or has expired. */
  open(keyId: string, sealed: string, nowMs: number, binding = ""): OpenedSlot | undefined {
    const content = sealed.slice(MAC_CHARACTERS);
    const mac = Buffer.from(sealed.slice(0, MAC_CHARACTERS));
    const keys = this.#keys.find((candidate) => {
      const expected = Buffer.from(macOf(candidate.mac, keyId, binding, content));
      return expected.length === mac.length && timingSafeEqual(expected, mac);
    });
    if (keys === undefined) return undefined;
    // The MAC fits: this is what `seal` wrote.
    const [expiresAtMs, digest, proof, ...fields] = JSON.parse(content) as SlotContent;
    if (expiresAtMs <= nowMs) return undefined;
    return {
      entry: { record: toRecord(keyId, fields), proof },
      expiresAtMs,
      matches: (key) => hmac(keys.digest, key) === digest,
    };
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

function deriveKey(secret: string, info: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", info, 32)));
}

function hmac(key: KeyObject, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** Lengths stand before the parts, so that no two places share a text. */
function macOf(key: KeyObject, keyId: string, binding: string, content: string): string {
  const text = `${keyId.length}:${keyId}${binding.length}:${binding}${content}`;
  return hmac(key, text).slice(0, MAC_CHARACTERS);
}
