import type { ApiKey, ApiKeyFilter, Page, PageRequest } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import { KeyNotFoundError, ServiceClosedError } from "../errors/index.js";
import type { KeyFormat } from "../key-format/index.js";
import type { StoredApiKeyPatch } from "../ports/index.js";
import { validate } from "../validation/validate.js";
import {
  changeSchemas,
  filterSchema,
  findSchema,
  requireId,
  rotateSchema,
  updateOptionsSchema,
} from "./input.js";
import type { PendingInvalidation } from "./invalidations.js";
import { type ApiKeyServiceOptions, resolveOptions } from "./options.js";
import { assemble, type ServiceParts } from "./parts.js";
import type {
  ChangeOptions,
  CreateApiKey,
  CreatedApiKey,
  FindOptions,
  ListOptions,
  LoadEnvOptions,
  RotatedApiKey,
  RotateOptions,
  UpdateApiKey,
} from "./requests.js";
import { delayed } from "./response-delay.js";
import { requireScopes } from "./scope-requirement.js";
import type { ApiKeyServiceStats } from "./stats.js";
import { toRefusalError, type VerifyOptions, type VerifyResult } from "./verify-result.js";

/**
 * Creates, verifies and manages API keys.
 *
 * @example
 * ```ts
 * const service = new ApiKeyService({
 *   repository: new InMemoryApiKeyRepository(),
 *   hasher: new HmacSha256Hasher(),
 * });
 * const { key } = await service.create({ name: "CI", scopes: ["builds:write"] });
 * const result = await service.safeVerifyKey(key, { scopes: ["builds:write"] });
 * if (result.ok) console.log(`Hello, ${result.apiKey.name}`);
 * await service.close();
 * ```
 *
 * @remarks
 * Every method rejects with an `ApiKeyError`: besides those it names, `RepositoryUnavailableError` when the
 * repository cannot answer, `ValidationError` for input that does not meet its rules, and
 * `ServiceClosedError` after {@link ApiKeyService.close}.
 */
export class ApiKeyService {
  readonly #parts: ServiceParts;
  readonly #schemas: ReturnType<typeof changeSchemas>;
  #closing: Promise<void> | undefined;

  /** @throws ConfigurationError when an option is missing, unknown or out of its range. */
  constructor(options: ApiKeyServiceOptions) {
    const settings = resolveOptions(options);
    this.#parts = assemble(settings);
    this.#schemas = changeSchemas(settings.wildcards);
  }

  /** How key strings are spelled; `format.pattern` finds them in text. */
  get format(): KeyFormat {
    return this.#parts.settings.format;
  }

  /** The consistency in force: as asked for, or as it follows from the parts. */
  get consistency(): "bounded" | "strict" {
    return this.#parts.settings.consistency;
  }

  /**
   * Verifies a key string and says why it is refused, without building an error.
   *
   * @param key What the caller presented. Any value is answered: what is no key is refused.
   * @throws ValidationError when `options` are wrong.
   * @throws OverloadedError, RepositoryUnavailableError, HasherFailedError when nobody can say whether the
   * key is good: these are no refusals, and never become one.
   */
  safeVerifyKey(key: unknown, options?: VerifyOptions): Promise<VerifyResult> {
    const result = this.#verify(key, options);
    const { minDelayMs, maxDelayMs } = this.#parts.settings;
    return maxDelayMs > 0 ? delayed(minDelayMs, maxDelayMs, result) : result;
  }

  /**
   * Verifies a key string and returns the key it belongs to.
   *
   * @throws KeyRefusedError whose `code` says why the key is refused.
   * @throws ValidationError, OverloadedError, RepositoryUnavailableError, HasherFailedError as
   * {@link ApiKeyService.safeVerifyKey}.
   */
  async verifyKey(key: unknown, options?: VerifyOptions): Promise<ApiKey> {
    const result = await this.safeVerifyKey(key, options);
    if (result.ok) return result.apiKey;
    throw toRefusalError(result);
  }

  /**
   * What {@link ApiKeyService.safeVerifyKey} would say, without a promise, when all that it takes is in the
   * memory of this process; else `undefined`, and nothing has happened. For adapters on hot paths.
   * @throws ValidationError when `options` are wrong.
   */
  recallKey(key: unknown, options?: VerifyOptions): VerifyResult | undefined {
    if (this.#closing || this.#parts.settings.maxDelayMs > 0) return undefined;
    const required = options === undefined ? undefined : requireScopes(options);
    return this.#parts.verifier.recall(key, required);
  }

  /** No `await` on the way of a key that is in memory: a hit is one promise. */
  #verify(key: unknown, options: VerifyOptions | undefined): Promise<VerifyResult> {
    try {
      if (this.#closing) throw new ServiceClosedError();
      const required = options === undefined ? undefined : requireScopes(options);
      const { verifier, background } = this.#parts;
      const known = verifier.recall(key, required);
      return known ? Promise.resolve(known) : background.track(verifier.verify(key, required));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Creates a key. The full key string is in the result and nowhere else: it cannot be shown again.
   * @throws ConflictError when a given `key` has the id of a stored one.
   */
  create(input: CreateApiKey): Promise<CreatedApiKey> {
    return this.#call(({ issuer }) => issuer.create(validate(this.#schemas.create, input)));
  }

  /** @throws KeyNotFoundError */
  getById(id: string): Promise<ApiKey> {
    return this.#call(async ({ editor }) => toApiKey(await editor.read(id)));
  }

  /** @throws KeyNotFoundError */
  getByKeyId(keyId: string): Promise<ApiKey> {
    return this.#call(async ({ repository }) => {
      requireId("keyId", keyId);
      const stored = await repository.findByKeyId(keyId);
      if (stored === undefined) throw new KeyNotFoundError();
      return toApiKey(stored);
    });
  }

  /** A page of the keys that match `filter`; filtered first, paged afterwards. */
  find(options: FindOptions = {}): Promise<Page<ApiKey>> {
    return this.#call(async ({ repository }) => {
      const { filter, orderBy, direction, ...page } = validate(findSchema, options);
      const { items, nextCursor } = await repository.find(
        filter as ApiKeyFilter,
        { by: orderBy, direction },
        page as PageRequest,
      );
      return { items: items.map(toApiKey), nextCursor };
    });
  }

  /** A page of all keys. */
  list(options: ListOptions = {}): Promise<Page<ApiKey>> {
    return this.find(options);
  }

  /**
   * Walks all keys that match, page by page with a cursor: fit for millions of keys, and stable while keys
   * come and go. `limit` is the size of the pages that are read (default 50).
   */
  async *walk(options: FindOptions = {}): AsyncGenerator<ApiKey, void, undefined> {
    let page = await this.find(options);
    yield* page.items;
    const { offset: _, ...rest } = options;
    while (page.nextCursor !== null) {
      page = await this.find({ ...rest, after: page.nextCursor });
      yield* page.items;
    }
  }

  /** How many keys match. */
  count(filter: ApiKeyFilter = {}): Promise<number> {
    return this.#call(({ repository }) =>
      repository.count(validate(filterSchema, filter) as ApiKeyFilter),
    );
  }

  /**
   * Changes a key. When this has resolved, no verification that starts later sees the old state.
   * @throws KeyNotFoundError
   * @throws VersionConflictError when the key was changed meanwhile, or has another version than `ifVersion`.
   */
  update(id: string, input: UpdateApiKey, options: ChangeOptions = {}): Promise<ApiKey> {
    return this.#call(async ({ issuer, editor }) => {
      const patch = validate(this.#schemas.update, input);
      const { ifVersion } = validate(updateOptionsSchema, options);
      issuer.requireFuture(patch.expiresAt);
      return toApiKey(await editor.update(id, patch as StoredApiKeyPatch, ifVersion));
    });
  }

  /** Makes a deactivated key good again. @throws KeyNotFoundError */
  activate(id: string): Promise<ApiKey> {
    return this.#setActive(id, { isActive: true });
  }

  /** Revokes a key until it is activated again. @throws KeyNotFoundError */
  deactivate(id: string): Promise<ApiKey> {
    return this.#setActive(id, { isActive: false });
  }

  #setActive(id: string, { isActive }: { isActive: boolean }): Promise<ApiKey> {
    return this.#call(async ({ editor }) => {
      const stored = await editor.bringInto(id, (current) =>
        current.isActive === isActive ? undefined : { isActive },
      );
      return toApiKey(stored);
    });
  }

  /**
   * Creates a successor with the same name, owner, scopes and metadata, and ends the old key: at once, or
   * after `overlapMs`.
   * @throws KeyNotFoundError
   * @throws VersionConflictError when the key has another version than `ifVersion`, or when what the successor
   * takes over was changed meanwhile.
   */
  rotate(id: string, options: RotateOptions = {}): Promise<RotatedApiKey> {
    return this.#call(({ rotator }) => rotator.rotate(id, validate(rotateSchema, options)));
  }

  /**
   * Deletes a key for good.
   * @throws KeyNotFoundError
   * @throws VersionConflictError when the key has another version than `ifVersion`.
   */
  delete(id: string, options: ChangeOptions = {}): Promise<void> {
    return this.#call(({ editor }) =>
      editor.delete(id, validate(updateOptionsSchema, options).ifVersion),
    );
  }

  /**
   * Stores the keys that environment variables hold, named after their variables. Keys that are stored
   * already stay as they are. Either all are loaded or none. `API_KEY_PEPPER` is never taken for a key.
   *
   * @returns The keys, in the order of their variables' names.
   * @throws ConfigurationError when no variable has the prefix, or one holds no key of the format.
   * @throws ConflictError when a key id is stored with another secret.
   */
  loadEnv(options: LoadEnvOptions): Promise<ApiKey[]> {
    return this.#call(({ envLoader }) => envLoader.load(validate(this.#schemas.loadEnv, options)));
  }

  /** Writes the last-used times collected so far. Fit for the end of a serverless invocation. */
  async flushLastUsed(): Promise<void> {
    await this.#parts.lastUsed?.flush();
  }

  /**
   * Changes that the cache has not heard of yet, because it cannot be reached. They are committed, and
   * hold in this process; others may go by their cached records until it is told.
   */
  pendingInvalidations(): PendingInvalidation[] {
    return this.#parts.invalidations.list();
  }

  /**
   * Waits until every change of this key has reached the cache: for an emergency revocation, say.
   * @param timeoutMs How long to wait, in milliseconds.
   * @returns `false` when one is still pending.
   */
  awaitInvalidation(keyId: string, timeoutMs: number): Promise<boolean> {
    return this.#parts.invalidations.landed(keyId, timeoutMs);
  }

  stats(): ApiKeyServiceStats {
    const { counters, queue, invalidations } = this.#parts;
    return {
      ...counters,
      refused: { ...counters.refused },
      hashesRunning: queue.running,
      hashesWaiting: queue.waiting,
      pendingInvalidations: invalidations.size,
    };
  }

  /**
   * Refuses calls from now on, waits for those under way and for background work, and writes last-used times.
   * Repository, hasher and cache stay open: whoever built them closes them. May be called again.
   */
  close(): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** What `close` waits for, and nothing may begin after. */
  async #call<Result>(work: (parts: ServiceParts) => Promise<Result>): Promise<Result> {
    if (this.#closing !== undefined) throw new ServiceClosedError();
    return this.#parts.background.track(work(this.#parts));
  }
}
