import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaMariaDb } from "@prisma/adapter-mariadb";
import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaLibSQL as PrismaLibSql6 } from "prisma6-adapter-libsql";
import { PrismaPg as PrismaPg6 } from "prisma6-adapter-pg";
import { PrismaClient as MysqlClient } from "./clients/mysql/generated/client.js";
import { PrismaClient as PostgresqlClient } from "./clients/postgresql/generated/client.js";
import { PrismaClient as PostgresqlClient6 } from "./clients/postgresql-6/generated/client.js";
import { PrismaClient as SqliteClient } from "./clients/sqlite/generated/client.js";
import { PrismaClient as SqliteClient6 } from "./clients/sqlite-6/generated/client.js";
import { sqlInSnakeCase } from "./snake-case.mjs";

/** A new database with the tables of both naming styles, as the shipped migrations make them. */
export interface TestDatabase<Client> {
  readonly client: Client;
  /** Statements that the client has sent, oldest first. */
  readonly statements: string[];
  /** A client with a connection of its own. */
  connect(): Client;
  close(): Promise<void>;
}

/** Every client logs what it sends. */
const LOG = { log: [{ emit: "event" as const, level: "query" as const }] };

interface TestClient {
  $on(event: "query", listener: (event: { query: string }) => void): unknown;
  $disconnect(): Promise<void>;
}

/** The first client of a database, and those that tests open beside it. */
function databaseOf<Client extends TestClient>(
  open: () => Client,
  drop: () => Promise<void>,
): TestDatabase<Client> {
  const clients: Client[] = [];
  const statements: string[] = [];
  const connect = (): Client => {
    const client = open();
    client.$on("query", ({ query }) => statements.push(query));
    clients.push(client);
    return client;
  };
  return {
    client: connect(),
    statements,
    connect,
    async close() {
      await Promise.all(clients.map((client) => client.$disconnect()));
      await drop();
    },
  };
}

export async function migrationsOf(provider: string): Promise<string[]> {
  const folder = `../prisma/${provider}/migrations/20260101000000_add_api_keys/migration.sql`;
  const sql = await readFile(fileURLToPath(new URL(folder, import.meta.url)), "utf8");
  return [sql, sqlInSnakeCase(sql)];
}

async function newFile(): Promise<{ url: string; drop(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "apikey-sqlite-"));
  return {
    url: `file:${join(folder, "keys.db")}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function newSqlite(): Promise<TestDatabase<SqliteClient>> {
  const { url, drop } = await newFile();
  const connection = await new PrismaLibSql({ url }).connect();
  for (const script of await migrationsOf("sqlite")) await connection.executeScript(script);
  await connection.dispose();
  return databaseOf(
    () => new SqliteClient({ adapter: new PrismaLibSql({ url, timeout: 5_000 }), ...LOG }),
    drop,
  );
}

export async function newSqlite6(): Promise<TestDatabase<SqliteClient6>> {
  const { url, drop } = await newFile();
  const connection = await new PrismaLibSql6({ url }).connect();
  for (const script of await migrationsOf("sqlite")) await connection.executeScript(script);
  await connection.dispose();
  return databaseOf(() => new SqliteClient6({ adapter: new PrismaLibSql6({ url }), ...LOG }), drop);
}

function environment(name: string): URL {
  const url = process.env[name];
  if (url === undefined) throw new Error(`${name} is not set. Run these tests by npm test.`);
  return new URL(url);
}

/** A new database on the server of the tests; its sessions are in a zone with summer time, as many are. */
async function newPostgresqlUrl(): Promise<{ url: string; drop(): Promise<void> }> {
  const url = environment("POSTGRES_URL");
  const name = `apikey_${randomBytes(6).toString("hex")}`;
  const run = async (...statements: string[]) => {
    const connection = await new PrismaPg({ connectionString: url.href }).connect();
    for (const statement of statements) await connection.executeScript(statement);
    await connection.dispose();
  };
  await run(
    `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`,
    `ALTER DATABASE ${name} SET timezone TO 'Europe/Berlin'`,
  );
  const own = new URL(url);
  own.pathname = `/${name}`;
  const connection = await new PrismaPg({ connectionString: own.href }).connect();
  for (const script of await migrationsOf("postgresql")) await connection.executeScript(script);
  await connection.dispose();
  return { url: own.href, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}

export async function newPostgresql(): Promise<TestDatabase<PostgresqlClient> & { url: string }> {
  const { url, drop } = await newPostgresqlUrl();
  const open = () =>
    new PostgresqlClient({ adapter: new PrismaPg({ connectionString: url }), ...LOG });
  return { ...databaseOf(open, drop), url };
}

export async function newPostgresql6(): Promise<TestDatabase<PostgresqlClient6>> {
  const { url, drop } = await newPostgresqlUrl();
  return databaseOf(
    () => new PostgresqlClient6({ adapter: new PrismaPg6({ connectionString: url }), ...LOG }),
    drop,
  );
}

/** A new database whose default collation ignores case, as is common; its sessions are far from UTC. */
export async function newMysql(): Promise<TestDatabase<MysqlClient> & { name: string }> {
  const url = environment("MYSQL_URL");
  const name = `apikey_${randomBytes(6).toString("hex")}`;
  const server = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    ...(url.password ? { password: decodeURIComponent(url.password) } : {}),
    initSql: "SET time_zone = '+05:30'",
  };
  const run = async (database: string | undefined, statements: readonly string[]) => {
    const settings = { ...server, ...(database === undefined ? {} : { database }) };
    const connection = await new PrismaMariaDb({ ...settings, connectionLimit: 1 }).connect();
    for (const statement of statements) {
      await connection.executeRaw({ sql: statement, args: [], argTypes: [] });
    }
    await connection.dispose();
  };
  await run(undefined, [
    `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
  ]);
  for (const script of await migrationsOf("mysql")) await run(name, [script]);
  const open = () =>
    new MysqlClient({
      adapter: new PrismaMariaDb({ ...server, database: name, connectionLimit: 5 }),
      ...LOG,
    });
  return { ...databaseOf(open, () => run(undefined, [`DROP DATABASE ${name}`])), name };
}
