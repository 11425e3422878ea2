import { provideMariadb } from "./mariadb.mjs";
import { providePostgres } from "./postgres.mjs";
import { provideRedis } from "./redis.mjs";

/**
 * Brings up what the tests need. One server after the other: two cannot install packages at a time.
 * @returns {Promise<{ env: Record<string, string>, stop(): Promise<void> }>}
 */
export async function provideServers() {
  const running = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
  };
  try {
    for (const provide of [provideRedis, providePostgres, provideMariadb]) {
      running.push(await provide());
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env: Object.assign({}, ...running.map(({ env }) => env)), stop };
}
