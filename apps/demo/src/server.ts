import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Ends the requests under way, and takes no more. */
  close(): Promise<void>;
}

/** @throws Error that says what to do when the port is taken. */
export async function listen(listener: RequestListener, port: number): Promise<RunningServer> {
  const server = createServer(listener);
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${port} is taken. Set PORT to another one, or to 0 for a free one.`);
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
