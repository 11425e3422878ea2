import { PrismaApiKeyRepository } from "../src/index.js";
import { testDatabase } from "./contract.js";
import { newPostgresql } from "./databases.js";

testDatabase(
  "PostgreSQL",
  newPostgresql,
  (client, model) => new PrismaApiKeyRepository(client, { model }),
);
