import type { ApiKeyRepository } from "../ports/index.js";
import { BackgroundWork } from "./background-work.js";
import { Changes } from "./changes.js";
import { Editor } from "./editor.js";
import { EnvLoader } from "./env-loader.js";
import { guardRepository } from "./guarded-repository.js";
import { HashQueue } from "./hash-queue.js";
import { HasherChoice } from "./hasher-choice.js";
import { Invalidations } from "./invalidations.js";
import { Issuer } from "./issuer.js";
import { LastUsedTimes } from "./last-used.js";
import type { ServiceSettings } from "./options.js";
import { ProofMemo } from "./proof-memo.js";
import { RecordFinder } from "./record-finder.js";
import { Rehasher } from "./rehasher.js";
import { Rotator } from "./rotator.js";
import { SecretProver } from "./secret-prover.js";
import { Counters } from "./stats.js";
import { Verifier } from "./verifier.js";

/** How late a put may come, in milliseconds: an invalidation matters this much longer than a slot lives. */
const LATE_PUT_MS = 60_000;

/** What a service is made of. */
export interface ServiceParts {
  readonly settings: ServiceSettings;
  readonly repository: ApiKeyRepository;
  readonly verifier: Verifier;
  readonly issuer: Issuer;
  readonly editor: Editor;
  readonly rotator: Rotator;
  readonly envLoader: EnvLoader;
  readonly invalidations: Invalidations;
  readonly lastUsed: LastUsedTimes | undefined;
  readonly queue: HashQueue;
  readonly counters: Counters;
  /** Calls under way, and work that nobody waits for. */
  readonly background: BackgroundWork;
  close(): Promise<void>;
}

/** Puts the parts together; who knows whom is said here and nowhere else. */
export function assemble(settings: ServiceSettings): ServiceParts {
  const { cache, clock, lastUsedIntervalMs } = settings;
  const counters = new Counters();
  const background = new BackgroundWork();
  const repository = guardRepository(settings.repository);
  const hasher = new HasherChoice(settings.hashers);
  const queue = new HashQueue(settings.concurrency, settings.queueLimit);
  const memo = new ProofMemo(settings.maxProofs);
  const invalidations = new Invalidations(cache, clock, settings.cacheTtlMs + LATE_PUT_MS);
  const changes = new Changes(repository, invalidations, (keyId) => finder.forget(keyId));
  const lastUsed =
    lastUsedIntervalMs === undefined
      ? undefined
      : new LastUsedTimes(repository, lastUsedIntervalMs, counters);
  const base = {
    ...settings,
    background,
    changes,
    counters,
    hasher,
    invalidations,
    lastUsed,
    memo,
    queue,
    repository,
  };
  const issuer = new Issuer(base);
  const editor = new Editor(base);
  const rehasher = new Rehasher({ ...base, issuer });
  const prover = new SecretProver({ ...base, rehasher });
  const finder = new RecordFinder({ ...base, prover });
  const verifier = new Verifier({ ...base, finder });
  const unsubscribe = cache.onInvalidation?.((invalidation) => finder.forget(invalidation?.keyId));
  return {
    ...base,
    settings,
    verifier,
    issuer,
    editor,
    rotator: new Rotator({ ...base, issuer, editor }),
    envLoader: new EnvLoader({ ...base, issuer, editor }),
    async close() {
      await background.settled();
      unsubscribe?.();
      await invalidations.close();
      await lastUsed?.close();
    },
  };
}
