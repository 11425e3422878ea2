export { Argon2Hasher } from "./argon2-hasher.js";
export type { Argon2HasherOptions } from "./options.js";
