/**
 * bcrypt, on worker threads.
 *
 * @module @apikey/hasher-bcrypt
 */

export { BcryptHasher, type BcryptHasherOptions } from "./bcrypt-hasher.js";
