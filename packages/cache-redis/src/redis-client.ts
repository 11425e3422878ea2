/**
 * What is used of an ioredis client, version 5 or 6: a `Redis` (also one that follows Sentinel) or a
 * `Cluster`.
 */
export interface RedisClient {
  readonly status: string;
  connect(): Promise<unknown>;
  get(key: string): Promise<string | null>;
  evalsha(sha: string, numberOfKeys: number, ...args: string[]): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...args: string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  disconnect(): void;
}

/** What is used of a connection that listens to channels. */
export interface SubscriberClient {
  connect(): Promise<unknown>;
  subscribe(...channels: string[]): Promise<unknown>;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  disconnect(): void;
}

interface Duplicable {
  duplicate(options: object): SubscriberClient;
}

/** A subscriber finds its way back by itself: a new connection tells exactly when it begins to listen. */
const SUBSCRIBER_OPTIONS = {
  lazyConnect: true,
  autoResubscribe: false,
  enableOfflineQueue: true,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  reconnectOnError: null,
};

/**
 * A new connection to listen on, like the client's own. Of a cluster, to any one node: every node passes
 * messages on to all others.
 */
export function openSubscriber(client: RedisClient): SubscriberClient {
  const { nodes } = client as { nodes?: (role: string) => Duplicable[] };
  if (nodes === undefined) {
    return (client as unknown as Duplicable).duplicate(SUBSCRIBER_OPTIONS);
  }
  const all = nodes.call(client, "all");
  const node = all[Math.floor(Math.random() * all.length)];
  if (node === undefined) throw new Error("The cluster has no node to subscribe to.");
  return node.duplicate(SUBSCRIBER_OPTIONS);
}
