import { type FaultError, isApiKeyError } from "../errors/index.js";

/** As `work` settles; what it rejects with that is no error of ours becomes the cause of a fault. */
export async function guard<Result>(
  Fault: new (options: ErrorOptions) => FaultError,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    throw isApiKeyError(cause) ? cause : new Fault({ cause });
  }
}
