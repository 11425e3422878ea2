import { PrismaApiKeyRepository } from "../src/index.js";
import { testDatabase } from "./contract.js";
import { newMysql } from "./databases.js";

testDatabase(
  "MariaDB or MySQL",
  newMysql,
  (client, model) => new PrismaApiKeyRepository(client, { model }),
);
