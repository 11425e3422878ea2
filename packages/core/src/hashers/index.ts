export { HmacSha256Hasher, type HmacSha256HasherOptions } from "./hmac-sha256.js";
export { PEPPER_VARIABLE, type PepperOption, resolvePeppers } from "./pepper.js";
