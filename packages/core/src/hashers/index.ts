/**
 * HMAC-SHA-256 for secrets of high entropy, and how peppers are settled.
 *
 * @module hashers
 */

export { generationOf } from "./generation.js";
export { HmacSha256Hasher, type HmacSha256HasherOptions } from "./hmac-sha256.js";
export { type PepperOption, resolvePeppers } from "./pepper.js";
export { PEPPER_VARIABLE } from "./pepper-variable.js";
