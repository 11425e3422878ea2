import type { Problem } from "@apikey/core/http";

/** Thrown to answer a request with a problem that no error of core stands for. */
export class Refusal extends Error {
  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.detail);
  }
}
