import { crc32 } from "node:zlib";
import { encodeBase62 } from "./base62.js";

/** Characters that a CRC-32 takes in base62. */
export const CHECKSUM_LENGTH = 6;

/**
 * CRC-32 of `text` in six base62 characters, in the manner of GitHub's tokens
 * (https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/).
 */
export function checksum(text: string): string {
  return encodeBase62(crc32(text), CHECKSUM_LENGTH);
}

/** Whether the end of `text` is the checksum of what stands before it. */
export function endsInChecksum(text: string): boolean {
  const end = text.length - CHECKSUM_LENGTH;
  return checksum(text.slice(0, end)) === text.slice(end);
}
