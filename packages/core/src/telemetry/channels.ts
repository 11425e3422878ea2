import { channel } from "node:diagnostics_channel";
import type { ApiKeyErrorCode } from "../errors/index.js";

/** Where the record came from that a verification was decided on. */
export type VerifySource = "memory" | "cache" | "repository";

/** Message of the channel `apikey:verify`: one finished verification. Holds nothing secret. */
export interface VerifyMessage {
  /** A refusal code says that the key is no good, a fault code that nobody could tell. */
  readonly outcome: "accepted" | ApiKeyErrorCode;
  /** Absent when the presented value is not of the key format. */
  readonly keyId: string | undefined;
  /** Absent when the string alone decided, or a fault did. */
  readonly source: VerifySource | undefined;
  /** Whether a hash was computed for this verification or one that it waited for. */
  readonly hashed: boolean;
  /** Tells the two reasons of `invalid_key` apart, for operators only. */
  readonly detail: "unknown_key" | "wrong_secret" | undefined;
}

/** Message of the channel `apikey:invalidate`: an attempt to bar old versions of a key from the cache. */
export interface InvalidateMessage {
  readonly keyId: string;
  /** Versions below this one are barred. */
  readonly version: number;
  /** `pending`: the cache did not take it; it is tried again until it lands or cannot matter any more. */
  readonly outcome: "landed" | "pending" | "expired";
}

/** Message of the channel `apikey:last-used`: one batch of last-used times. */
export interface LastUsedMessage {
  readonly keys: number;
  readonly outcome: "written" | "failed";
}

/** Message of the channel `apikey:rehash`: a hash was made again under the present pepper or cost. */
export interface RehashMessage {
  readonly keyId: string;
  /**
   * `superseded`: the key was changed in between, by another process that made the same hash again, say.
   * `postponed`: too many were waiting. Whatever is not replaced is tried by the next process that has to
   * prove the key.
   */
  readonly outcome: "replaced" | "superseded" | "postponed" | "failed";
}

/** Channels of Node's `diagnostics_channel`, by the name that `subscribe` takes. */
export const CHANNELS = {
  verify: "apikey:verify",
  invalidate: "apikey:invalidate",
  lastUsed: "apikey:last-used",
  rehash: "apikey:rehash",
  breaker: "apikey:breaker",
} as const;

/** A channel, typed by its messages. */
interface Publisher<Message> {
  readonly hasSubscribers: boolean;
  publish(message: Message): void;
}

export const verifyChannel: Publisher<VerifyMessage> = channel(CHANNELS.verify);
export const invalidateChannel: Publisher<InvalidateMessage> = channel(CHANNELS.invalidate);
export const lastUsedChannel: Publisher<LastUsedMessage> = channel(CHANNELS.lastUsed);
export const rehashChannel: Publisher<RehashMessage> = channel(CHANNELS.rehash);
