const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Whether some database could hold this text: not with NUL or a lone surrogate. Nothing else equals it. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/**
 * Whether an id could be stored. Some collations pass over spaces at the end, which no id has: an id with one
 * must not find another.
 */
export function isStorableId(id: string): boolean {
  return isStorable(id) && !id.endsWith(" ");
}
