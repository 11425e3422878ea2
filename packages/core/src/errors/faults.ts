import { ApiKeyError } from "./api-key-error.js";
import type { FaultCode } from "./codes.js";

/** A part of the service could not do its work. HTTP: 503, never 401. */
export abstract class FaultError extends ApiKeyError {
  abstract override readonly code: FaultCode;
}

/** More hash work is waiting than the service takes on. */
export class OverloadedError extends FaultError {
  override readonly code = "overloaded";

  /** @param retryAfterMs When to try again, in milliseconds: an estimate from the work that is waiting. */
  constructor(readonly retryAfterMs: number) {
    super(`Too many keys wait to be verified. Try again in ${retryAfterMs} ms.`);
  }
}

/** The repository did not answer, or answered with an error, which is the `cause`. */
export class RepositoryUnavailableError extends FaultError {
  override readonly code = "repository_unavailable";

  constructor(options?: ErrorOptions) {
    super("The key repository is unavailable. Try again; `cause` says why.", options);
  }
}

/** The cache did not answer. Verification goes on without it; only a cache's own callers see this. */
export class CacheUnavailableError extends FaultError {
  override readonly code = "cache_unavailable";

  constructor(options?: ErrorOptions) {
    super("The key cache is unavailable; `cause` says why.", options);
  }
}

/** The hash function failed (out of memory, a crashed worker); says nothing about the secret. */
export class HasherFailedError extends FaultError {
  override readonly code = "hasher_failed";

  constructor(options?: ErrorOptions) {
    super("The hash function failed. Try again; `cause` says why.", options);
  }
}

/** The service has been closed. */
export class ServiceClosedError extends FaultError {
  override readonly code = "service_closed";

  constructor() {
    super("The API key service is closed. Build a new one.");
  }
}
