import { inspect } from "node:util";
import { ConflictError, isApiKeyError, RepositoryUnavailableError } from "@apikey/core";

/** Prisma's code for a violated unique constraint. */
const UNIQUE_VIOLATION = "P2002";

/**
 * The answer of the database, or an error of ours: a taken id is a conflict, everything else means that nobody
 * could say.
 *
 * @param hash What must not come out in a cause: some drivers quote the row that they could not store.
 */
export async function ask<Answer>(
  work: () => PromiseLike<Answer>,
  timeoutMs: number | false,
  hash?: string,
): Promise<Answer> {
  try {
    return await (timeoutMs === false ? work() : within(work(), timeoutMs));
  } catch (error) {
    if (isApiKeyError(error)) throw error;
    const cause = hash === undefined ? error : withoutHash(error, hash);
    if (codeOf(error) === UNIQUE_VIOLATION) throw new ConflictError(undefined, { cause });
    throw new RepositoryUnavailableError({ cause });
  }
}

async function within<Answer>(answer: PromiseLike<Answer>, timeoutMs: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The database has not answered within ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

function withoutHash(error: unknown, hash: string): unknown {
  if (!inspect(error, { depth: 8, showHidden: true, maxStringLength: Infinity }).includes(hash))
    return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const redacted = new Error(message.replaceAll(hash, "[hash]"));
  return Object.assign(redacted, { name, code: codeOf(error) });
}
