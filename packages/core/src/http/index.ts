/**
 * The decision on HTTP requests, for any framework: credential in, key or answer out.
 *
 * @module http
 */

export {
  MAX_CURSOR_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_METADATA_LENGTH,
  MAX_NAME_LENGTH,
  MAX_OVERLAP_MS,
  MAX_PAGE_SIZE,
  MAX_SCOPES,
} from "../domain/limits.js";
export { answerOf, answerTo, type HttpAnswer } from "./answer.js";
export {
  type AnonymousRequest,
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
  type HttpDecision,
  type HttpRefusal,
  type KeyVerifier,
} from "./authenticator.js";
export {
  type CredentialOptions,
  type CredentialReading,
  type HttpRequest,
  readCredential,
} from "./credential.js";
export type { FetchHeaders, HeaderRecord, HttpHeaders, RawHeaders } from "./headers.js";
export { type Problem, type ProblemCode, problemOf, toProblem } from "./problem.js";
