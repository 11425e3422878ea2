import { availableParallelism } from "node:os";
import * as v from "valibot";
import { MemoryCache } from "../caches/memory-cache.js";
import { ConfigurationError } from "../errors/index.js";
import { KeyFormat, type KeyFormatOptions } from "../key-format/index.js";
import {
  type ApiKeyCache,
  type ApiKeyHasher,
  type ApiKeyRepository,
  type Clock,
  type RandomSource,
  systemClock,
  systemRandom,
} from "../ports/index.js";
import { integer, objectMessage, oneOf, trueOrFalse } from "../validation/schemas.js";
import { configure } from "../validation/validate.js";
import { REPOSITORY_METHODS } from "./guarded-repository.js";

/** Parts and settings of an {@link ApiKeyService}. Whoever builds a part closes it. */
export interface ApiKeyServiceOptions {
  readonly repository: ApiKeyRepository;
  /**
   * Hashes secrets. Of several, the first makes new hashes; stored ones are verified by the hasher that
   * recognizes them, and made again by the first after they matched.
   */
  readonly hasher: ApiKeyHasher | readonly [ApiKeyHasher, ...ApiKeyHasher[]];
  /** @defaultValue a `MemoryCache` of this service's own */
  readonly cache?: ApiKeyCache;
  readonly format?: KeyFormatOptions;
  /**
   * `"bounded"`: a cached record is trusted until an invalidation reaches the cache, at most `cacheTtlMs`.
   * `"strict"`: the record is read from the repository on every call; only the hash is saved.
   * @defaultValue `"bounded"` where nothing can go unnoticed (the cache spans the fleet, or only this
   * process can change the repository), else `"strict"`
   */
  readonly consistency?: "bounded" | "strict";
  /** Longest life of a cached record in milliseconds, 1 to 86 400 000. @defaultValue 300 000 (5 minutes) */
  readonly cacheTtlMs?: number;
  /** Whether the scopes `*` and `area:*` of a key stand for others. @defaultValue false */
  readonly wildcards?: boolean;
  /**
   * When last-used times are written: in one batch each `intervalMs` (1 to 3 600 000), each at once in the
   * background, or never. @defaultValue `{ intervalMs: 10_000 }`
   */
  readonly lastUsed?: { readonly intervalMs: number } | "immediate" | "off";
  /** Bounds of the hash work. */
  readonly hashing?: {
    /** Hashes computed at a time, 1 to 1024. @defaultValue the number of processors */
    readonly concurrency?: number;
    /** Hashes waiting for their turn, 0 to 100 000; beyond it `OverloadedError`. @defaultValue 256 */
    readonly queueLimit?: number;
  };
  /** Proofs remembered in process, one for each key, 1 to 10 000 000. @defaultValue 100 000 */
  readonly maxProofs?: number;
  /** Shortest random delay of an answer in milliseconds, 0 to 60 000. @defaultValue 0 */
  readonly minDelayMs?: number;
  /** Longest random delay of an answer in milliseconds, 0 to 60 000. @defaultValue `minDelayMs` */
  readonly maxDelayMs?: number;
  readonly clock?: Clock;
  readonly random?: RandomSource;
}

/** Options of the service with defaults filled in. */
export interface ServiceSettings {
  readonly repository: ApiKeyRepository;
  readonly hashers: readonly [ApiKeyHasher, ...ApiKeyHasher[]];
  readonly cache: ApiKeyCache;
  readonly format: KeyFormat;
  readonly consistency: "bounded" | "strict";
  readonly cacheTtlMs: number;
  readonly wildcards: boolean;
  /** 0: at once; `undefined`: never. */
  readonly lastUsedIntervalMs: number | undefined;
  readonly concurrency: number;
  readonly queueLimit: number;
  readonly maxProofs: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  readonly clock: Clock;
  readonly random: RandomSource;
}

/** A part that has the methods it is called by. */
const part = <Part>(methods: readonly (keyof Part & string)[], example: string) =>
  v.custom<Part>(
    (value) =>
      methods.every((method) => typeof (value as Part | undefined)?.[method] === "function"),
    `is missing or incomplete; give one, as in ${example}`,
  );

const hasher = part<ApiKeyHasher>(["recognizes", "hash", "verify"], "new Argon2Hasher()");
const delay = integer(0, 60_000);

const schema = v.strictObject(
  {
    repository: part<ApiKeyRepository>(REPOSITORY_METHODS, "new InMemoryApiKeyRepository()"),
    hasher: v.union(
      [
        v.pipe(
          hasher,
          v.transform((one) => [one]),
        ),
        v.array(hasher),
      ],
      "is missing or incomplete; give one, as in new Argon2Hasher()",
    ),
    cache: v.optional(
      part<ApiKeyCache>(["get", "put", "invalidate"], "new MemoryCache()"),
      () => new MemoryCache(),
    ),
    format: v.optional(v.custom<KeyFormatOptions>(() => true)),
    consistency: v.optional(oneOf(["bounded", "strict"])),
    cacheTtlMs: v.optional(integer(1, 86_400_000)),
    wildcards: v.optional(trueOrFalse, false),
    lastUsed: v.optional(
      v.union(
        [v.picklist(["immediate", "off"]), v.strictObject({ intervalMs: integer(1, 3_600_000) })],
        'must be { intervalMs } of 1 to 3600000, "immediate" or "off"',
      ),
      { intervalMs: 10_000 },
    ),
    hashing: v.optional(
      v.strictObject(
        {
          concurrency: v.optional(integer(1, 1_024), availableParallelism),
          queueLimit: v.optional(integer(0, 100_000), 256),
        },
        objectMessage,
      ),
      {},
    ),
    maxProofs: v.optional(integer(1, 10_000_000), 100_000),
    minDelayMs: v.optional(delay, 0),
    maxDelayMs: v.optional(delay),
    clock: v.optional(part<Clock>(["now"], "{ now: () => Date.now() }"), systemClock),
    random: v.optional(
      v.custom<RandomSource>((value) => typeof value === "function", "must be a function"),
      () => systemRandom,
    ),
  },
  objectMessage,
);

/** @throws ConfigurationError that names the option and what it may be. */
export function resolveOptions(options: ApiKeyServiceOptions): ServiceSettings {
  const { hasher: hashers, hashing, ...given } = configure(schema, options);
  const [first, ...others] = hashers;
  if (first === undefined) throw new ConfigurationError("hasher: must not be an empty list.");
  const { minDelayMs, maxDelayMs = minDelayMs } = given;
  if (maxDelayMs < minDelayMs) {
    throw new ConfigurationError("maxDelayMs: must not be below minDelayMs.");
  }
  return {
    ...given,
    ...hashing,
    hashers: [first, ...others],
    format: new KeyFormat(given.format),
    consistency: consistency(options, given.cache),
    cacheTtlMs: given.cacheTtlMs ?? 300_000,
    lastUsedIntervalMs: lastUsedInterval(given.lastUsed),
    maxDelayMs,
  };
}

/** A stale answer is never the default: it takes a cache that is told of changes, or somebody who asks. */
function consistency(options: ApiKeyServiceOptions, cache: ApiKeyCache): "bounded" | "strict" {
  const isSafe = cache.reach === "fleet" || !options.repository.shared;
  if (options.consistency === "bounded" && !isSafe && options.cacheTtlMs === undefined) {
    throw new ConfigurationError(
      'consistency: "bounded" needs cacheTtlMs here, for which keys revoked elsewhere may work; or a shared cache.',
    );
  }
  return options.consistency ?? (isSafe ? "bounded" : "strict");
}

function lastUsedInterval(
  option: NonNullable<ApiKeyServiceOptions["lastUsed"]>,
): number | undefined {
  if (typeof option === "object") return option.intervalMs;
  return option === "immediate" ? 0 : undefined;
}
