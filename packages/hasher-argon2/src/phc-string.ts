import { CEILING } from "./options.js";

/** Costs that a stored hash was made with. */
export interface StoredCosts {
  readonly memoryKiB: number;
  readonly iterations: number;
}

/** PHC string format (https://github.com/P-H-C/phc-string-format), as Argon2id writes it. */
const ARGON2ID =
  /^\$argon2id\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,128})$/;

/** The costs in an Argon2id string; `undefined` when it is malformed or dearer than we are willing to pay. */
export function parsePhcString(hash: string): StoredCosts | undefined {
  const match = ARGON2ID.exec(hash);
  if (match === null) return undefined;
  const memoryKiB = Number(match[1]);
  const iterations = Number(match[2]);
  const parallelism = Number(match[3]);
  const isPayable =
    memoryKiB <= CEILING.memoryKiB &&
    iterations >= 1 &&
    iterations <= CEILING.iterations &&
    parallelism >= 1 &&
    parallelism <= CEILING.parallelism &&
    memoryKiB >= 8 * parallelism &&
    isCanonical(match[4]) &&
    isCanonical(match[5]);
  return isPayable ? { memoryKiB, iterations } : undefined;
}

/** Whether base64 text is spelled as an encoder would: the native library rejects any other. */
function isCanonical(text = ""): boolean {
  return Buffer.from(text, "base64").toString("base64").replace(/=+$/, "") === text;
}
