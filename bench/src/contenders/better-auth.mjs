// better-auth's API-key plugin: SHA-256 of the key, which is also what a key is looked up by.
import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";

/** A limit that no bench reaches: what is measured is the limiter's work, not its refusals. */
const NO_LIMIT_IN_SIGHT = 1_000_000_000;

const WRITES = ["create", "update", "updateMany", "incrementOne", "consumeOne", "delete"];
const READS = ["findOne", "findMany", "count"];

/**
 * @param {{ storage: "database" | "secondary-storage", fallbackToDatabase?: boolean, limits: boolean,
 *   keys: number }} options
 */
export async function openBetterAuth({ storage, fallbackToDatabase = false, limits, keys }) {
  const work = { strongHashes: 0, reads: 0, writes: 0 };
  const slots = new Map();
  const database = memoryAdapter({
    user: [],
    session: [],
    account: [],
    verification: [],
    apikey: [],
  });
  const auth = betterAuth({
    baseURL: "http://127.0.0.1",
    secret: "a secret of the bench, long enough for better-auth",
    database: (options) => counted(database(options), work),
    secondaryStorage: {
      get(key) {
        work.reads += 1;
        return slots.get(key) ?? null;
      },
      set(key, value) {
        work.writes += 1;
        slots.set(key, value);
      },
      delete(key) {
        work.writes += 1;
        slots.delete(key);
      },
    },
    emailAndPassword: { enabled: true },
    logger: { disabled: true },
    telemetry: { enabled: false },
    plugins: [
      apiKey({
        storage,
        fallbackToDatabase,
        rateLimit: { enabled: limits, maxRequests: NO_LIMIT_IN_SIGHT },
      }),
    ],
  });
  const { user } = await auth.api.signUpEmail({
    body: { name: "Bench", email: "bench@example.com", password: "a long password" },
  });
  const issued = [];
  for (let index = 0; index < keys; index += 1) {
    const { key } = await auth.api.createApiKey({ body: { name: `${index}`, userId: user.id } });
    issued.push(key);
  }
  return {
    keys: issued,
    work: () => ({ ...work }),
    /** Empties the cache in front of the database. Without a database it is no cache: nothing to forget. */
    forget() {
      if (fallbackToDatabase) slots.clear();
    },
    /** It has no key id: whatever is not a key is an unknown key. */
    wrong: (key) => `${key.slice(0, -4)}zzzz`,
    async verify(key) {
      return (await auth.api.verifyApiKey({ body: { key } })).valid;
    },
    close: async () => {},
  };
}

function counted(adapter, work) {
  const count = (names, kind) =>
    names
      .filter((name) => typeof adapter[name] === "function")
      .map((name) => [
        name,
        (...args) => {
          work[kind] += 1;
          return adapter[name](...args);
        },
      ]);
  return {
    ...adapter,
    ...Object.fromEntries([...count(READS, "reads"), ...count(WRITES, "writes")]),
  };
}
