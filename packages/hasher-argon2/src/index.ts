/**
 * Argon2id.
 *
 * @module @apikey/hasher-argon2
 */

export { Argon2Hasher } from "./argon2-hasher.js";
export type { Argon2HasherOptions } from "./options.js";
