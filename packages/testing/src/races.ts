import {
  type ApiKeyCache,
  type ApiKeyRepository,
  ApiKeyService,
  KeyFormat,
  systemRandom,
  type VerifyResult,
} from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import fc from "fast-check";

/** Waits until the scheduler lets it go on: put before and after everything that is waited for. */
export type SchedulingPoint = (label: string) => Promise<void>;

/** What {@link findStaleAnswer} runs on. */
export interface RaceOptions {
  /** Makes the cache of one process; all of one run share what is behind it. */
  makeCache(point: SchedulingPoint, processIndex: number, run: number): ApiKeyCache;
  /** Services on one repository, each with its own cache. @defaultValue 1 */
  readonly processes?: number;
  /** Interleavings tried. @defaultValue 200 */
  readonly runs?: number;
  readonly seed?: number;
}

const OPERATIONS = [
  "verify",
  "verify",
  "verify",
  "update",
  "deactivate",
  "activate",
  "rotate",
  "delete",
  "create",
] as const;

/** A state that the key was in, and when. Times are ticks of the run. */
interface State {
  readonly id: string | undefined;
  /** `undefined`: not stored. */
  readonly version: number | undefined;
  readonly isActive: boolean;
  /** A rotation ends the key; activated again, it has expired all the same. */
  readonly isExpired: boolean;
  readonly committedAt: number;
  /** When the change was acknowledged to its caller. */
  resolvedAt: number;
}

/**
 * Model-based test of the promise that revocation rests on: once a change has resolved, no verification
 * that starts later sees the state before it. Verifications and changes of one key run side by side, every
 * wait is a scheduling point, and fast-check searches for an interleaving that breaks the promise.
 *
 * @throws The shrunken counterexample.
 */
export async function findStaleAnswer(options: RaceOptions): Promise<void> {
  let run = 0;
  const operation = fc.record({
    kind: fc.constantFrom(...OPERATIONS),
    process: fc.nat((options.processes ?? 1) - 1),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(operation, { minLength: 2, maxLength: 6 }),
      fc.boolean(),
      async (scheduler, operations, isWarm) => {
        run += 1;
        await playRun(options, run, scheduler, operations, isWarm);
      },
    ),
    {
      numRuns: options.runs ?? 200,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    },
  );
}

async function playRun(
  { makeCache, processes = 1 }: RaceOptions,
  run: number,
  scheduler: fc.Scheduler,
  operations: readonly { kind: (typeof OPERATIONS)[number]; process: number }[],
  isWarm: boolean,
): Promise<void> {
  let tick = 0;
  let isSettingUp = true;
  const point: SchedulingPoint = async (label) => {
    if (!isSettingUp) await scheduler.schedule(Promise.resolve(), label);
  };
  const states: State[] = [];
  const inner = new InMemoryApiKeyRepository();
  const format = new KeyFormat();
  const key = format.format(format.generate(systemRandom));
  const keyId = format.outline(key) ?? "";

  const commit = async (): Promise<void> => {
    const record = await inner.findByKeyId(keyId);
    const last = states.at(-1);
    if (last && last.id === record?.id && last.version === record?.version) return;
    tick += 1;
    states.push({
      id: record?.id,
      version: record?.version,
      isActive: record?.isActive ?? false,
      isExpired: (record?.expiresAt ?? null) !== null,
      committedAt: tick,
      resolvedAt: Number.POSITIVE_INFINITY,
    });
  };
  const repository = scheduled(inner, point, commit, processes > 1);
  const services = Array.from(
    { length: processes },
    (_, index) =>
      new ApiKeyService({
        repository,
        hasher: new HmacSha256Hasher({ pepper: "races" }),
        cache: makeCache(point, index, run),
        consistency: "bounded",
        lastUsed: "off",
      }),
  );
  const first = services[0] as ApiKeyService;
  const { apiKey } = await first.create({ name: "raced", key });
  if (isWarm) await first.verifyKey(key);
  for (const state of states) state.resolvedAt = tick;
  isSettingUp = false;

  let id = apiKey.id;
  /** Runs a change; `made` tells its own state from those that others commit at the same time. */
  const change = async (
    work: () => Promise<{ readonly id: string; readonly version: number } | undefined>,
  ): Promise<void> => {
    const before = states.length;
    try {
      const made = await work();
      tick += 1;
      const own = states.findIndex(
        (state, index) =>
          index >= before && state.version === made?.version && state.id === made?.id,
      );
      if (own !== -1) (states[own] as State).resolvedAt = tick;
    } catch {
      // It lost against another change, or its key is gone: nothing was promised.
    }
  };
  const verify = async (service: ApiKeyService): Promise<void> => {
    tick += 1;
    const startedAt = tick;
    const result = await service.safeVerifyKey(key);
    tick += 1;
    const oldest = states.findLastIndex(({ resolvedAt }) => resolvedAt < startedAt);
    const allowed = states.slice(Math.max(0, oldest));
    if (!allowed.some((state) => explains(state, result))) {
      throw new Error(
        `Stale: ${describeResult(result)}, but the key had been ${allowed.map(describeState).join(", then ")}.`,
      );
    }
  };
  const play = async ({ kind, process }: (typeof operations)[number]): Promise<void> => {
    await point(`start ${kind}`);
    const service = services[process] as ApiKeyService;
    switch (kind) {
      case "verify":
        return verify(service);
      case "update":
        return change(() => service.update(id, { name: `tick ${tick}` }));
      case "deactivate":
        return change(() => service.deactivate(id));
      case "activate":
        return change(() => service.activate(id));
      case "rotate":
        return change(async () => (await service.rotate(id)).previous);
      case "delete":
        return change(async () => {
          await service.delete(id);
          return undefined;
        });
      case "create":
        return change(async () => {
          const created = await service.create({ name: "again", key });
          id = created.apiKey.id;
          return created.apiKey;
        });
    }
  };
  await scheduler.waitFor(Promise.all(operations.map(play)));
  // What went wrong in any cache still shows when everything is over.
  for (const service of services) await scheduler.waitFor(verify(service));
}

/** The repository with scheduling points around each call, and `commit` told of every change. */
function scheduled(
  inner: InMemoryApiKeyRepository,
  point: SchedulingPoint,
  commit: () => Promise<void>,
  shared: boolean,
): ApiKeyRepository {
  const around =
    <Args extends unknown[], Result>(name: string, work: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      await point(`before ${name}`);
      const result = await work(...args);
      await commit();
      await point(`after ${name}`);
      return result;
    };
  return {
    shared,
    create: around("create", (record) => inner.create(record)),
    findById: around("findById", (id) => inner.findById(id)),
    findByKeyId: around("findByKeyId", (keyId) => inner.findByKeyId(keyId)),
    update: around("update", (id, version, patch) => inner.update(id, version, patch)),
    delete: around("delete", (id, version) => inner.delete(id, version)),
    find: around("find", (filter, order, page) => inner.find(filter, order, page)),
    count: around("count", (filter) => inner.count(filter)),
    touch: around("touch", (uses) => inner.touch(uses)),
  };
}

function explains(state: State, result: VerifyResult): boolean {
  if (result.ok) {
    const { id, version } = result.apiKey;
    return state.isActive && !state.isExpired && state.id === id && state.version === version;
  }
  if (result.code === "expired_key") return state.isActive && state.isExpired;
  if (result.code === "disabled_key") return state.version !== undefined && !state.isActive;
  return result.code === "invalid_key" && state.version === undefined;
}

function describeResult(result: VerifyResult): string {
  return result.ok ? `accepted as version ${result.apiKey.version}` : result.code;
}

function describeState({ version, isActive, isExpired }: State): string {
  if (version === undefined) return "deleted";
  if (isActive && isExpired) return `expired in version ${version}`;
  return `${isActive ? "active" : "disabled"} in version ${version}`;
}
