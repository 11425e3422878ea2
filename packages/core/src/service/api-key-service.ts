import type { ApiKey, ApiKeyFilter, Page } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import { KeyNotFoundError, ServiceClosedError } from "../errors/index.js";
import type { KeyFormat } from "../key-format/index.js";
import { validate } from "../validation/validate.js";
import {
  changeSchemas,
  filterSchema,
  loadEnvSchema,
  pageSchema,
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
    return this.#parts.delay ? this.#parts.delay.after(result) : result;
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
    if (this.#closing || this.#parts.delay) return undefined;
    const required = options === undefined ? undefined : requireScopes(options);
    return this.#parts.verifier.recall(key, required);
  }

  /** No `await` on the way of a key that is in memory: a hit is one promise. */
  #verify(key: unknown, options: VerifyOptions | undefined): Promise<VerifyResult> {
    try {
      this.#requireOpen();
      const required = options === undefined ? undefined : requireScopes(options);
      const { verifier } = this.#parts;
      const known = verifier.recall(key, required);
      return known === undefined ? verifier.verify(key, required) : Promise.resolve(known);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Creates a key. The full key string is in the result and nowhere else: it cannot be shown again.
   * @throws ConflictError when a given `key` has the id of a stored one.
   */
  async create(input: CreateApiKey): Promise<CreatedApiKey> {
    this.#requireOpen();
    return this.#parts.issuer.create(validate(this.#schemas.create, input));
  }

  /** @throws KeyNotFoundError */
  async getById(id: string): Promise<ApiKey> {
    this.#requireOpen();
    return toApiKey(await this.#parts.editor.read(id));
  }

  /** @throws KeyNotFoundError */
  async getByKeyId(keyId: string): Promise<ApiKey> {
    this.#requireOpen();
    const stored = await this.#parts.repository.findByKeyId(keyId);
    if (stored === undefined) throw new KeyNotFoundError();
    return toApiKey(stored);
  }

  /** A page of the keys that match `filter`; filtered first, paged afterwards. */
  async find({ filter = {}, ...options }: FindOptions = {}): Promise<Page<ApiKey>> {
    this.#requireOpen();
    const conditions = defined(validate(filterSchema, filter)) as ApiKeyFilter;
    const { orderBy, direction, ...page } = validate(pageSchema, options);
    const order = { by: orderBy, direction };
    const found = await this.#parts.repository.find(conditions, order, {
      limit: page.limit,
      ...defined({ offset: page.offset, after: page.after }),
    });
    return { items: found.items.map(toApiKey), nextCursor: found.nextCursor };
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
  async count(filter: ApiKeyFilter = {}): Promise<number> {
    this.#requireOpen();
    return this.#parts.repository.count(defined(validate(filterSchema, filter)) as ApiKeyFilter);
  }

  /**
   * Changes a key. When this has resolved, no verification that starts later sees the old state.
   * @throws KeyNotFoundError
   * @throws VersionConflictError when the key was changed meanwhile, or has another version than `ifVersion`.
   */
  async update(id: string, input: UpdateApiKey, options: ChangeOptions = {}): Promise<ApiKey> {
    this.#requireOpen();
    const patch = validate(this.#schemas.update, input);
    const { ifVersion } = validate(updateOptionsSchema, options);
    this.#parts.issuer.requireFuture(patch.expiresAt);
    return toApiKey(await this.#parts.editor.update(id, patch, ifVersion));
  }

  /** Makes a deactivated key good again. @throws KeyNotFoundError */
  activate(id: string): Promise<ApiKey> {
    return this.#setActive(id, { isActive: true });
  }

  /** Revokes a key until it is activated again. @throws KeyNotFoundError */
  deactivate(id: string): Promise<ApiKey> {
    return this.#setActive(id, { isActive: false });
  }

  async #setActive(id: string, { isActive }: { isActive: boolean }): Promise<ApiKey> {
    this.#requireOpen();
    const stored = await this.#parts.editor.bringInto(id, (current) =>
      current.isActive === isActive ? undefined : { isActive },
    );
    return toApiKey(stored);
  }

  /**
   * Creates a successor with the same name, owner, scopes and metadata, and ends the old key: at once, or
   * after `overlapMs`.
   * @throws KeyNotFoundError
   * @throws VersionConflictError when the key has another version than `ifVersion`.
   */
  async rotate(id: string, options: RotateOptions = {}): Promise<RotatedApiKey> {
    this.#requireOpen();
    return this.#parts.rotator.rotate(id, validate(rotateSchema, options));
  }

  /**
   * Deletes a key for good.
   * @throws KeyNotFoundError
   * @throws VersionConflictError when the key has another version than `ifVersion`.
   */
  async delete(id: string, options: ChangeOptions = {}): Promise<void> {
    this.#requireOpen();
    await this.#parts.editor.delete(id, validate(updateOptionsSchema, options).ifVersion);
  }

  /**
   * Stores the keys that environment variables hold, named after their variables. Keys that are stored
   * already stay as they are. Either all are loaded or none. `API_KEY_PEPPER` is never taken for a key.
   *
   * @returns The keys, in the order of their variables' names.
   * @throws ConfigurationError when no variable has the prefix, or one holds no key of the format.
   * @throws ConflictError when a key id is stored with another secret.
   */
  async loadEnv(options: LoadEnvOptions): Promise<ApiKey[]> {
    this.#requireOpen();
    return this.#parts.envLoader.load(validate(loadEnvSchema, options));
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
   * Waits for background work, writes last-used times, and refuses calls from now on. Repository, hasher
   * and cache stay open: whoever built them closes them. May be called again.
   */
  close(): Promise<void> {
    this.#closing ??= this.#parts.close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new ServiceClosedError();
  }
}

/** Without the properties that are `undefined`. */
function defined<Value extends object>(value: Value): object {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
