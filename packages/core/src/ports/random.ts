import { randomBytes } from "node:crypto";

/** Returns `size` bytes from a cryptographically secure source; injectable, so that keys can be foretold in tests. */
export type RandomSource = (size: number) => Uint8Array;

export const systemRandom: RandomSource = (size) => randomBytes(size);
