import { isApiKeyError } from "../errors/index.js";
import { type Problem, toProblem } from "./problem.js";

/** An answer that any framework can send: status, headers and body as they go out. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text of the {@link Problem}. */
  readonly body: string;
  readonly problem: Problem;
}

/** A problem as an answer. No cache may keep it: the next request may be a better one. */
export function answerOf(problem: Problem, headers: Record<string, string> = {}): HttpAnswer {
  return Object.freeze({
    status: problem.status,
    headers: Object.freeze({
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      ...headers,
    }),
    body: JSON.stringify(problem),
    problem,
  });
}

/** When to come back after a fault that names no time itself, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/** The answer to a request that failed with `error`: with `Retry-After` when it is a fault. */
export function answerTo(error: unknown): HttpAnswer {
  const problem = toProblem(error);
  return problem.status === 503
    ? answerOf(problem, { "Retry-After": `${retryAfterSeconds(error)}` })
    : answerOf(problem);
}

function retryAfterSeconds(error: unknown): number {
  const isTimed = isApiKeyError(error) && error.code === "overloaded" && "retryAfterMs" in error;
  return isTimed ? Math.max(1, Math.ceil(Number(error.retryAfterMs) / 1_000)) : RETRY_AFTER_SECONDS;
}
