import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient as PostgresqlClient } from "../generated/postgresql/client/client.js";
import { PrismaClient as SqliteClient } from "../generated/sqlite/client/client.js";

/** A database with the table of the keys in it. */
export interface Database {
  readonly prisma: SqliteClient | PostgresqlClient;
  readonly description: string;
  close(): Promise<void>;
}

/** @param url SQLite or PostgreSQL; a new SQLite file that goes with the process when `undefined`. */
export async function openDatabase(url: string | undefined): Promise<Database> {
  if (url === undefined) return openNewFile();
  return url.startsWith("file:") ? openSqlite(url) : openPostgresql(url);
}

async function openNewFile(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), "apikey-demo-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { prisma, close } = await openSqlite(`file:${join(folder, "keys.db")}`);
    return {
      prisma,
      description: "a new SQLite file, gone with this process",
      close: () => close().finally(remove),
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openSqlite(url: string): Promise<Database> {
  const adapter = new PrismaLibSql({ url });
  await migrate(adapter, "sqlite");
  const prisma = new SqliteClient({ adapter });
  return {
    prisma,
    description: `SQLite, ${url.slice("file:".length)}`,
    close: () => prisma.$disconnect(),
  };
}

async function openPostgresql(connectionString: string): Promise<Database> {
  const adapter = new PrismaPg({ connectionString });
  await migrate(adapter, "postgresql");
  const prisma = new PostgresqlClient({ adapter });
  const { hostname, pathname } = new URL(connectionString);
  return {
    prisma,
    description: `PostgreSQL, ${pathname.slice(1)} on ${hostname}`,
    close: () => prisma.$disconnect(),
  };
}

const TABLE_EXISTS = {
  sqlite: `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'ApiKey'`,
  postgresql: `SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'ApiKey'`,
} as const;

/** Applies the shipped migration, once. An application of its own runs `prisma migrate deploy` instead. */
async function migrate(
  adapter: PrismaLibSql | PrismaPg,
  provider: keyof typeof TABLE_EXISTS,
): Promise<void> {
  const connection = await adapter.connect();
  try {
    const { rows } = await connection.queryRaw({
      sql: TABLE_EXISTS[provider],
      args: [],
      argTypes: [],
    });
    if (rows.length === 0) await connection.executeScript(await readMigration(provider));
  } finally {
    await connection.dispose();
  }
}

async function readMigration(provider: string): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const shipped = dirname(resolve("@apikey/repo-prisma/package.json"));
  const folder = join(shipped, "prisma", provider, "migrations", "20260101000000_add_api_keys");
  return readFile(join(folder, "migration.sql"), "utf8");
}
