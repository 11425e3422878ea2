import type { ApiKey, ApiKeyFilter, JsonObject, OrderColumn } from "../domain/index.js";

/** What a key can be created with. */
export interface CreateApiKey {
  /** What people call the key: 1 to 255 characters, no control characters. Need not be unique. */
  readonly name: string;
  /** At most 2000 characters. @defaultValue `null` */
  readonly description?: string | null | undefined;
  /** Whose key it is, in the application's own terms: 1 to 255 characters. @defaultValue `null` */
  readonly ownerId?: string | null | undefined;
  /** At most 100 scopes: lower-case segments joined by colons, as in `orders:read`. @defaultValue none */
  readonly scopes?: readonly string[] | undefined;
  /** A JSON object of at most 16 384 characters as text, without fields called `__proto__`. @defaultValue `{}` */
  readonly metadata?: JsonObject | undefined;
  /** @defaultValue `true` */
  readonly isActive?: boolean | undefined;
  /** A time to come, after which the key is refused. @defaultValue `null`, never */
  readonly expiresAt?: Date | null | undefined;
  /**
   * A key string that exists already, to be taken over from elsewhere. It must be of the service's format.
   * @defaultValue a new one is made
   */
  readonly key?: string | undefined;
}

/** What `update` can change; what is absent stays as it is. */
export type UpdateApiKey = { readonly name?: string | undefined } & Omit<
  CreateApiKey,
  "name" | "key"
>;

/** Guards a change against losing another one. */
export interface ChangeOptions {
  /** Make the change only if the key still has this version. @defaultValue the version found now */
  readonly ifVersion?: number | undefined;
}

/** How a key is replaced by its successor. */
export interface RotateOptions extends ChangeOptions {
  /** For how long the old key stays valid beside the new one, in milliseconds. @defaultValue 0, it ends at once */
  readonly overlapMs?: number | undefined;
  /** Expiry of the successor: needed when the old key has expired. @defaultValue that of the old key */
  readonly expiresAt?: Date | null | undefined;
}

/** Which part of a list to return, and in which order. */
export interface ListOptions {
  /** @defaultValue `"createdAt"` */
  readonly orderBy?: OrderColumn | undefined;
  /** @defaultValue `"desc"` */
  readonly direction?: "asc" | "desc" | undefined;
  /** 1 to 1000. @defaultValue 50 */
  readonly limit?: number | undefined;
  /** Keys to skip; not together with `after`. @defaultValue 0 */
  readonly offset?: number | undefined;
  /** `nextCursor` of the page before, of the same filter and order. */
  readonly after?: string | undefined;
}

/** Conditions and place of a search. */
export type FindOptions = ListOptions & { readonly filter?: ApiKeyFilter | undefined };

/** Which variables to load. */
export interface LoadEnvOptions {
  /** Beginning of the variables' names, as in `API_KEY_`. */
  readonly prefix: string;
  /** @defaultValue `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Variables to pass over, such as those of older peppers. `API_KEY_PEPPER` always is. @defaultValue none */
  readonly except?: readonly string[] | undefined;
  /** Scopes of the keys that are created. @defaultValue none */
  readonly scopes?: readonly string[] | undefined;
  /** Owner of the keys that are created. @defaultValue `null` */
  readonly ownerId?: string | null | undefined;
}

/** A key just made. */
export interface CreatedApiKey {
  readonly apiKey: ApiKey;
  /** The full key string. Hand it to its owner now: it is stored nowhere and cannot be shown again. */
  readonly key: string;
}

/** A key and the successor that took its place. */
export interface RotatedApiKey extends CreatedApiKey {
  /** The old key as it is now. */
  readonly previous: ApiKey;
}
