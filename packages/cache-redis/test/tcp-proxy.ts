import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** Stands between a client and a server, to cut, silence and delay what goes through. */
export class TcpProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #silenced = new WeakSet<Socket>();
  #isSilent = false;
  /** New connections are refused. */
  isCut = false;
  /** Each chunk is passed on this much later, in milliseconds. */
  delayMs = 0;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      if (this.isCut) {
        near.destroy();
        return;
      }
      const far = connect(target, "127.0.0.1");
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      if (this.#isSilent) this.#silence(pair);
      for (const [from, to] of [pair, [far, near] as const]) {
        from.setNoDelay(true);
        from.on("data", (chunk) => this.#pass(to, chunk));
        from.on("error", () => undefined);
        from.on("close", () => {
          this.#pairs.delete(pair);
          to.destroy();
        });
      }
    });
  }

  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections and refuses new ones. */
  cut(): void {
    this.isCut = true;
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /**
   * Makes all connections half-open: they stay, and nothing comes through any more. For good: TCP does not
   * skip bytes, so a connection that lost some never speaks again.
   */
  silence(): void {
    this.#isSilent = true;
    for (const pair of this.#pairs) this.#silence(pair);
  }

  /** New connections work again. */
  mend(): void {
    this.isCut = false;
    this.#isSilent = false;
    this.delayMs = 0;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #silence([near, far]: readonly [Socket, Socket]): void {
    this.#silenced.add(near).add(far);
  }

  #pass(to: Socket, chunk: Buffer): void {
    if (this.#silenced.has(to)) return;
    if (this.delayMs === 0) to.write(chunk);
    else setTimeout(() => to.writable && to.write(chunk), this.delayMs);
  }
}
