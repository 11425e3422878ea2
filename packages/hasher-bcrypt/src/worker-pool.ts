import { HasherFailedError } from "@apikey/core";
import type { Tinypool } from "tinypool";

/** What a worker is asked to do, see `worker.mjs`. */
export type BcryptTask =
  | { readonly digest: string; readonly cost: number }
  | { readonly digest: string; readonly hash: string };

/** Worker threads that start with the first task and do not keep the process alive while idle. */
export class WorkerPool {
  readonly #threads: number;
  #pool: Promise<Tinypool> | undefined;

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** @throws HasherFailedError when the worker fails or dies; the next task gets a new one. */
  async run(task: BcryptTask): Promise<unknown> {
    try {
      this.#pool ??= start(this.#threads);
      return await (await this.#pool).run(task);
    } catch (cause) {
      throw new HasherFailedError({ cause });
    }
  }

  /** Ends the threads. A later task starts them again. */
  async close(): Promise<void> {
    const pool = await this.#pool;
    this.#pool = undefined;
    await pool?.destroy();
  }
}

async function start(threads: number): Promise<Tinypool> {
  const { Tinypool } = await import("tinypool");
  return new Tinypool({
    filename: new URL("./worker.mjs", import.meta.url).href,
    runtime: "worker_threads",
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 10_000,
  });
}
