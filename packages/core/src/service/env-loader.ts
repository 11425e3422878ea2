import type { ApiKey, StoredApiKey } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import { ConfigurationError, ConflictError, isApiKeyError } from "../errors/index.js";
import { PEPPER_VARIABLE } from "../hashers/pepper-variable.js";
import type { KeyFormat, ParsedKey } from "../key-format/index.js";
import type { ApiKeyRepository } from "../ports/index.js";
import type { Editor } from "./editor.js";
import type { HashQueue } from "./hash-queue.js";
import type { HasherChoice } from "./hasher-choice.js";
import type { Issuer } from "./issuer.js";
import type { LoadEnvOptions } from "./requests.js";

/** A key found in the environment. */
interface Variable extends ParsedKey {
  readonly name: string;
  readonly key: string;
}

/** Parts of an {@link EnvLoader}. */
export interface EnvLoaderParts {
  readonly format: KeyFormat;
  readonly repository: ApiKeyRepository;
  readonly hasher: HasherChoice;
  readonly queue: HashQueue;
  readonly issuer: Issuer;
  readonly editor: Editor;
}

/** Stores the keys that environment variables hold. */
export class EnvLoader {
  readonly #parts: EnvLoaderParts;

  constructor(parts: EnvLoaderParts) {
    this.#parts = parts;
  }

  /** Validates all, then creates; takes back what it created when one fails after all. */
  async load(options: LoadEnvOptions): Promise<ApiKey[]> {
    const variables = this.#read(options);
    const stored: (StoredApiKey | undefined)[] = [];
    for (const variable of variables) stored.push(await this.#findEqual(variable));
    const created: ApiKey[] = [];
    const keys: ApiKey[] = [];
    try {
      for (const [index, variable] of variables.entries()) {
        const existing = stored[index];
        keys.push(existing ? toApiKey(existing) : await this.#create(variable, options, created));
      }
    } catch (error) {
      await this.#takeBack(created);
      throw error;
    }
    return keys;
  }

  #read({ prefix, env = process.env, except = [] }: LoadEnvOptions): Variable[] {
    const passedOver = [...except, PEPPER_VARIABLE];
    const names = Object.keys(env)
      .filter((name) => name.startsWith(prefix) && !passedOver.includes(name))
      .sort();
    if (names.length === 0) {
      throw new ConfigurationError(
        `No environment variable begins with ${prefix}. Set one, as in ${prefix}DEV.`,
      );
    }
    const byKeyId = new Map<string, string>();
    return names.map((name) => {
      const key = (env[name] ?? "").trim();
      const parsed = this.#parts.format.parse(key);
      if (typeof parsed === "string") throw this.#malformed(name, parsed);
      const other = byKeyId.get(parsed.keyId);
      if (other !== undefined) {
        throw new ConfigurationError(
          `The environment variables ${other} and ${name} hold the same key id. Remove one.`,
        );
      }
      byKeyId.set(parsed.keyId, name);
      return { ...parsed, name, key };
    });
  }

  #malformed(name: string, failure: "malformed_key" | "checksum_mismatch"): ConfigurationError {
    const { prefix, separator, keyIdLength } = this.#parts.format.options;
    return new ConfigurationError(
      failure === "checksum_mismatch"
        ? `The environment variable ${name} holds a key with a typo: its checksum does not fit.`
        : `The environment variable ${name} holds no key of the form ${prefix}${separator}<${keyIdLength} hex>${separator}<secret>.`,
    );
  }

  /** The stored key of a variable, if there is one. @throws ConflictError when its secret is another. */
  async #findEqual({ name, keyId, secret }: Variable): Promise<StoredApiKey | undefined> {
    const { repository, hasher, queue } = this.#parts;
    const stored = await repository.findByKeyId(keyId);
    if (stored === undefined) return undefined;
    const match = await queue.runPatiently(() => hasher.verify(stored.hash, secret));
    if (match) return stored;
    throw new ConflictError(
      `The environment variable ${name} holds a key whose id is stored with another secret. Delete that key or the variable.`,
    );
  }

  async #create(variable: Variable, options: LoadEnvOptions, created: ApiKey[]): Promise<ApiKey> {
    const { scopes, ownerId } = options;
    const { name, key } = variable;
    try {
      const { apiKey } = await this.#parts.issuer.create({ name, key, scopes, ownerId });
      created.push(apiKey);
      return apiKey;
    } catch (error) {
      // Another process that starts at the same time may have loaded it meanwhile.
      const isTaken = isApiKeyError(error) && error.code === "conflict";
      const existing = isTaken ? await this.#findEqual(variable) : undefined;
      if (existing === undefined) throw error;
      return toApiKey(existing);
    }
  }

  async #takeBack(created: readonly ApiKey[]): Promise<void> {
    // As far as it goes: the error that led here is the one to tell.
    await Promise.allSettled(created.map(({ id }) => this.#parts.editor.delete(id)));
  }
}
