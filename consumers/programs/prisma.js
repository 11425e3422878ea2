import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { ApiKeyService } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { PrismaApiKeyRepository } from "@apikey/repo-prisma";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaClient } from "@prisma/client";

async function main() {
  const prisma = new PrismaClient({ adapter: new PrismaLibSql({ url: ":memory:" }) });
  const migration = createRequire(`${process.cwd()}/`).resolve(
    "@apikey/repo-prisma/prisma/sqlite/migrations/20260101000000_add_api_keys/migration.sql",
  );
  for (const statement of (await readFile(migration, "utf8")).split(";\n\n")) {
    await prisma.$executeRawUnsafe(statement);
  }
  const service = new ApiKeyService({
    repository: new PrismaApiKeyRepository(prisma),
    hasher: new HmacSha256Hasher({ pepper: "p" }),
  });
  const { key, apiKey } = await service.create({ name: "n", scopes: ["a"] });
  assert.equal((await service.verifyKey(key, { scopes: ["a"] })).id, apiKey.id);
  await service.deactivate(apiKey.id);
  assert.equal((await service.safeVerifyKey(key)).ok, false);
  await service.close();
  await prisma.$disconnect();
}

void main();
