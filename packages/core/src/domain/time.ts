const FIRST_MS = Date.parse("0001-01-01T00:00:00.000Z");
const LAST_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** Whether a Unix time is of the years 1 to 9999: what RFC 3339 can write, and every database compares rightly. */
export function isCommonTime(ms: number): boolean {
  return ms >= FIRST_MS && ms <= LAST_MS;
}
