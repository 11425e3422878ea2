export { BcryptHasher, type BcryptHasherOptions } from "./bcrypt-hasher.js";
