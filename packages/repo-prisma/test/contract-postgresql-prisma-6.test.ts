import { PrismaApiKeyRepository } from "../src/index.js";
import { testDatabase } from "./contract.js";
import { newPostgresql6 } from "./databases.js";

// The JSON of Prisma 6 rounds numbers.
testDatabase(
  "PostgreSQL with Prisma 6",
  newPostgresql6,
  (client, model) => new PrismaApiKeyRepository(client, { model }),
  { exactNumbers: false },
);
