/** Names and values in turn, as they were sent: `rawHeaders` of node:http. The exact form. */
export type RawHeaders = readonly string[];

/** Values by name, in any case; a list stands for a header that was sent several times. */
export type HeaderRecord = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The part of the Fetch standard's `Headers` that is needed. It joins repeated headers by commas. */
export interface FetchHeaders {
  get(name: string): string | null;
}

/** Headers of a request in the form that a framework has them. */
export type HttpHeaders = RawHeaders | HeaderRecord | FetchHeaders;

/** A header was sent more than once. */
export const REPEATED = Symbol("repeated");

/**
 * The one value of a header; `undefined` when it was not sent.
 *
 * @remarks
 * node:http keeps the first of several `Authorization` headers in `headers` and drops the others, which a
 * proxy in front may have looked at instead. Raw headers show them all.
 */
export function readHeader(
  headers: HttpHeaders,
  lowerName: string,
): string | undefined | typeof REPEATED {
  if (isRaw(headers)) return fromRaw(headers, lowerName);
  if (isFetch(headers)) return headers.get(lowerName) ?? undefined;
  return fromRecord(headers, lowerName);
}

function isRaw(headers: HttpHeaders): headers is RawHeaders {
  return Array.isArray(headers);
}

/** A record may hold a header that is called "get"; its value is never a function. */
function isFetch(headers: Exclude<HttpHeaders, RawHeaders>): headers is FetchHeaders {
  return typeof headers.get === "function";
}

/** On every request: compares lengths before it folds case. */
function fromRaw(headers: RawHeaders, lowerName: string): string | undefined | typeof REPEATED {
  let found: string | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at];
    if (name?.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    if (found !== undefined) return REPEATED;
    found = headers[at + 1] ?? "";
  }
  return found;
}

function fromRecord(
  headers: HeaderRecord,
  lowerName: string,
): string | undefined | typeof REPEATED {
  let found: string | undefined;
  for (const name of Object.keys(headers)) {
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    const values = headers[name];
    for (const value of typeof values === "string" ? [values] : (values ?? [])) {
      if (found !== undefined) return REPEATED;
      found = value;
    }
  }
  return found;
}
