import type { RedisClient } from "./redis-client.js";

/** What is used of the socket under a client. */
interface Socket {
  cork(): void;
  uncork(): void;
}

/**
 * Sends the commands of one turn of the event loop in one write: ioredis makes a system call of each, which
 * costs more than all else that a look-up does. Of a cluster, whose sockets are many, nothing is gathered.
 *
 * @remarks Not ioredis's `enableAutoPipelining`: that is the user's to turn on, and dearer for one command.
 */
export class WriteGathering {
  readonly #client: RedisClient;
  #socket: Socket | undefined;
  readonly #send = (): void => {
    this.#socket?.uncork();
    this.#socket = undefined;
  };

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** To be called before a command is given to the client while others are on their way. */
  begin(): void {
    if (this.#socket !== undefined) return;
    const { stream } = this.#client as { stream?: Partial<Socket> | null };
    if (typeof stream?.cork !== "function") return;
    stream.cork();
    this.#socket = stream as Socket;
    setImmediate(this.#send);
  }
}
