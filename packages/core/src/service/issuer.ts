import { randomUUID } from "node:crypto";
import type { StoredApiKey } from "../domain/index.js";
import { toApiKey } from "../domain/snapshot.js";
import { invalid } from "../errors/request-errors.js";
import type { KeyFormat, ParsedKey } from "../key-format/index.js";
import type { ApiKeyRepository, Clock, RandomSource } from "../ports/index.js";
import type { Changes } from "./changes.js";
import type { HashQueue } from "./hash-queue.js";
import type { HasherChoice } from "./hasher-choice.js";
import type { CreateApiKey, CreatedApiKey } from "./requests.js";
import type { Counters } from "./stats.js";

/** Parts of an {@link Issuer}. */
export interface IssuerParts {
  readonly format: KeyFormat;
  readonly random: RandomSource;
  readonly clock: Clock;
  readonly hasher: HasherChoice;
  readonly queue: HashQueue;
  readonly repository: ApiKeyRepository;
  readonly changes: Changes;
  readonly counters: Counters;
}

/** Makes keys, and takes over key strings that exist already. */
export class Issuer {
  readonly #parts: IssuerParts;

  constructor(parts: IssuerParts) {
    this.#parts = parts;
  }

  /** @param input Validated, but for what depends on the clock and the key format. */
  async create(input: CreateApiKey): Promise<CreatedApiKey> {
    const { format, random, repository, changes } = this.#parts;
    this.requireFuture(input.expiresAt);
    const parsed = input.key === undefined ? format.generate(random) : this.#parse(input.key);
    const record = await this.#toRecord(input, parsed);
    if (input.key === undefined) await repository.create(record);
    else await changes.takeOver(record);
    return { apiKey: toApiKey(record), key: format.format(parsed) };
  }

  /** Hashes a secret when it is its turn. */
  hash(secret: string): Promise<string> {
    return this.#parts.queue.runPatiently(() => {
      this.#parts.counters.hashesCreated += 1;
      return this.#parts.hasher.hash(secret);
    });
  }

  /** @throws ValidationError when `expiresAt` is not to come. */
  requireFuture(expiresAt: Date | null | undefined): void {
    if (expiresAt && expiresAt.getTime() <= this.#parts.clock.now()) {
      throw invalid("expiresAt", "must be in the future");
    }
  }

  #parse(key: string): ParsedKey {
    const parsed = this.#parts.format.parse(key);
    if (typeof parsed === "object") return parsed;
    throw invalid(
      "key",
      parsed === "malformed_key"
        ? "is not of this service's key format"
        : "has a typo: its checksum does not fit",
    );
  }

  async #toRecord(input: CreateApiKey, { keyId, secret }: ParsedKey): Promise<StoredApiKey> {
    const hash = await this.hash(secret);
    const now = new Date(this.#parts.clock.now());
    return {
      id: randomUUID(),
      keyId,
      version: 1,
      name: input.name,
      description: input.description ?? null,
      ownerId: input.ownerId ?? null,
      scopes: input.scopes ?? [],
      metadata: input.metadata ?? {},
      isActive: input.isActive ?? true,
      expiresAt: input.expiresAt ?? null,
      createdAt: now,
      updatedAt: now,
      lastUsedAt: null,
      hint: `${secret.slice(0, 4)}…${secret.slice(-4)}`,
      hash,
    };
  }
}
