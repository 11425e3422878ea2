import { PrismaApiKeyRepository } from "../src/index.js";
import { testDatabase } from "./contract.js";
import { newSqlite } from "./databases.js";

testDatabase("SQLite", newSqlite, (client, model) => new PrismaApiKeyRepository(client, { model }));
