import { type HttpHeaders, REPEATED, readHeader } from "./headers.js";

/** What is read of a request. */
export interface HttpRequest {
  readonly headers: HttpHeaders;
  /** Path and query, or the whole URL. Read only where a query parameter is asked for. */
  readonly url?: string | undefined;
}

/** Where a credential is looked for. */
export interface CredentialOptions {
  /**
   * Whether `Authorization: Bearer` is looked at. `false` where it is somebody else's: a JWT, say.
   * @defaultValue true
   */
  readonly bearer?: boolean | undefined;
  /** Header that is looked at, besides `Authorization: Bearer`. @defaultValue `"X-API-Key"` */
  readonly header?: string | undefined;
  /**
   * Query parameter that is looked at besides the headers. URLs end up in logs, histories and referrers:
   * only for callers that cannot send headers.
   * @defaultValue none
   */
  readonly queryParameter?: string | undefined;
}

/** What a request presents as its credential. */
export type CredentialReading =
  | { readonly kind: "none" }
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "ambiguous" };

const NONE: CredentialReading = Object.freeze({ kind: "none" });
const AMBIGUOUS: CredentialReading = Object.freeze({ kind: "ambiguous" });

/** Longer values are no keys. They are refused without being looked into. */
const MAX_LENGTH = 1_024;

/** Stands for a credential that is there and cannot be a key. No key format accepts it. */
const UNREADABLE = "?";

/**
 * Finds the credential of a request: `Authorization: Bearer` unless that is somebody else's, else the header, else
 * the query parameter. `Authorization` with another scheme is always somebody else's.
 *
 * @remarks
 * RFC 6750, section 2: a client must not send more than one. The same key twice is let pass; two that
 * differ, and a header or parameter that is repeated, are ambiguous: what stands in front of this server
 * may have looked at the other one.
 */
export function readCredential(
  request: HttpRequest,
  { bearer = true, header = "x-api-key", queryParameter }: CredentialOptions = {},
): CredentialReading {
  const authorization = bearer ? readHeader(request.headers, "authorization") : undefined;
  const named = readHeader(request.headers, header.toLowerCase());
  if (authorization === REPEATED || named === REPEATED) return AMBIGUOUS;
  let key = authorization === undefined ? undefined : bearerToken(authorization);
  if (named !== undefined) {
    if (key !== undefined && key !== named) return AMBIGUOUS;
    key = named;
  }
  if (queryParameter !== undefined) {
    const values = readQuery(request.url, queryParameter);
    if (values.length > 1) return AMBIGUOUS;
    const [value] = values;
    if (value !== undefined) {
      if (key !== undefined && key !== value) return AMBIGUOUS;
      key = value;
    }
  }
  return key === undefined ? NONE : bounded(key);
}

/** Only a list of values holds commas: several headers that were joined on the way. */
function bounded(key: string): CredentialReading {
  if (key === "" || key.length > MAX_LENGTH) return { kind: "key", key: UNREADABLE };
  return key.includes(",") ? AMBIGUOUS : { kind: "key", key };
}

const SCHEME = "bearer";
const SPACE = 0x20;
/** Characters of a scheme's name, a token of RFC 9110: `Bearerish` is another scheme. */
const TOKEN_CHARACTER = /[!#$%&'*+.^_`|~0-9A-Za-z-]/;

/** `undefined` for another scheme; what follows the scheme otherwise, empty if nothing does. */
function bearerToken(value: string): string | undefined {
  if (value.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return undefined;
  let at = SCHEME.length;
  if (at < value.length && value.charCodeAt(at) !== SPACE) {
    return TOKEN_CHARACTER.test(value.charAt(at)) ? undefined : value;
  }
  if (value.length > MAX_LENGTH) return value;
  while (value.charCodeAt(at) === SPACE) at += 1;
  return value.slice(at);
}

function readQuery(url: string | undefined, name: string): string[] {
  const start = url?.indexOf("?") ?? -1;
  if (url === undefined || start < 0) return [];
  const end = url.indexOf("#", start);
  return new URLSearchParams(url.slice(start + 1, end < 0 ? undefined : end)).getAll(name);
}
