/**
 * A copy of its own: a substring keeps the string it was cut from in memory. For key ids that are kept for
 * long, where a whole key must not be.
 */
export function detach(text: string): string {
  return Buffer.from(text).toString();
}
