import { aptInstall, findBinary } from "./binary.mjs";
import { dataFolder, freePort, startInstance } from "./instance.mjs";

/**
 * Redis for the tests: the one of `REDIS_URL`, else a private instance. The program itself is needed in any
 * case, since tests start instances of their own to kill, hang and cluster them.
 */
export async function provideRedis() {
  const binary =
    process.env.REDIS_SERVER_BIN ??
    (await findBinary("redis-server")) ??
    ((await aptInstall(["redis-server"])) ? await findBinary("redis-server") : undefined);
  if (binary === undefined) {
    throw new Error(
      "The tests need redis-server 6.2 or later: install it, or set REDIS_SERVER_BIN to its path.",
    );
  }
  if (process.env.REDIS_URL) {
    return {
      env: { REDIS_URL: process.env.REDIS_URL, REDIS_SERVER_BIN: binary },
      stop: async () => {},
    };
  }
  const port = await freePort();
  const folder = await dataFolder("redis");
  const { stop } = await startInstance({
    name: "redis-server",
    command: binary,
    args: [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "no",
    ],
    port,
    folder,
  });
  return { env: { REDIS_URL: `redis://127.0.0.1:${port}`, REDIS_SERVER_BIN: binary }, stop };
}
