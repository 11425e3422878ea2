import { PrismaApiKeyRepository } from "../src/index.js";
import { testDatabase } from "./contract.js";
import { newSqlite6 } from "./databases.js";

// One connection: the libSQL of Prisma 6 does not wait for another one's lock. Its JSON rounds numbers.
testDatabase(
  "SQLite with Prisma 6",
  newSqlite6,
  (client, model) => new PrismaApiKeyRepository(client, { model }),
  { connections: 1, exactNumbers: false },
);
