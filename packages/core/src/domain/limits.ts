/** Longest name and owner id, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 255;
export const MAX_DESCRIPTION_LENGTH = 2_000;
/** Most scopes of one key. */
export const MAX_SCOPES = 100;
/** Largest metadata, as JSON text. */
export const MAX_METADATA_LENGTH = 16_384;
/** Most keys of one page. */
export const MAX_PAGE_SIZE = 1_000;
export const MAX_CURSOR_LENGTH = 4_096;
/** A century in milliseconds: longer overlaps are a slip of units. */
export const MAX_OVERLAP_MS = 100 * 365 * 86_400_000;

/** NUL and lone surrogates, which not every store can keep or be asked for. */
export const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Whether a time is of the years 1000 to 9999, which every database stores and compares. */
export function isCommonTime(time: Date): boolean {
  return /^[1-9]\d{3}-/.test(time.toJSON());
}
