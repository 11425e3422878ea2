import { HmacSha256Hasher } from "../src/hashers/index.js";
import {
  type ApiKeyHasher,
  type ApiKeyRepository,
  ApiKeyService,
  type ApiKeyServiceOptions,
} from "../src/index.js";
import { InMemoryApiKeyRepository } from "../src/repositories/index.js";

/** Counts the calls of an object's methods, and lets tests hold or fail them. */
export function counted<Target extends object>(target: Target) {
  const calls: Record<string, number> = {};
  /** Called before each method; what it throws or waits for happens to the call. */
  const hooks: { before?: (method: string) => unknown } = {};
  const proxy = new Proxy(target, {
    get(object, name) {
      const value = Reflect.get(object, name, object) as unknown;
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const method = String(name);
        calls[method] = (calls[method] ?? 0) + 1;
        const held = hooks.before?.(method);
        const run = (): unknown => Reflect.apply(value, object, args);
        return held instanceof Promise ? held.then(run) : run();
      };
    },
  });
  return { proxy, calls, hooks };
}

/** A service whose hashes, look-ups and writes are counted. */
export function countedService(options: Partial<ApiKeyServiceOptions> = {}) {
  const repository = counted<ApiKeyRepository>(
    options.repository ?? new InMemoryApiKeyRepository(),
  );
  const hasher = counted<ApiKeyHasher>(new HmacSha256Hasher({ pepper: "test pepper" }));
  const service = new ApiKeyService({
    hasher: hasher.proxy,
    ...options,
    repository: repository.proxy,
  });
  return { service, repository, hasher };
}

/** A promise that is kept when the test says so: for holding what waits for it. */
export function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** A clock that stands until it is moved. */
export function manualClock(startMs = Date.UTC(2026, 5, 1)) {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance(ms: number) {
      nowMs += ms;
    },
  };
}
