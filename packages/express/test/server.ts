import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach } from "vitest";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Serves an app on a free port until the end of the test. */
export async function serve(app: RequestListener): Promise<string> {
  const server = createServer(app);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends bytes as they are, and returns everything that comes back until the connection ends. */
export function sendRaw(origin: string, text: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const parts: Buffer[] = [];
    socket.on("data", (part) => parts.push(part));
    // A server that has said no may reset what is still being sent.
    socket.on("error", (error) => (parts.length > 0 ? undefined : reject(error)));
    socket.on("close", () => resolve(Buffer.concat(parts).toString("latin1")));
    socket.setTimeout(10_000, () => socket.destroy(new Error("The server did not answer.")));
    socket.write(text);
  });
}

/** A request with these header lines, whose connection ends with the answer. */
export function rawGet(path: string, ...lines: readonly string[]): Buffer {
  const head = [`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: close", ...lines];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1");
}

export function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(response)?.[1]);
}
