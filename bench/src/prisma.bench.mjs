// How the queries of @apikey/repo-prisma grow from 10 thousand keys to 1 million.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeCursor } from "@apikey/core/repositories";
import { PrismaApiKeyRepository } from "@apikey/repo-prisma";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { build } from "esbuild";
import { table } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";

const SIZES = [10_000, 1_000_000];
/** Keys of each owner, and keys that carry the rare scope: the same at every size. */
const OWNED = 100;
const FIRST_SECOND = Date.UTC(2020, 0, 1) / 1_000;
const RARE = "reports:export";
const COMMON = "orders:read";

export const title = "Keys in a database: 1 million of them, of 10 thousand";

export async function run({ postgresUrl }) {
  const parts = [];
  for (const [name, open] of [
    ["PostgreSQL", (size) => openPostgres(postgresUrl, size)],
    ["SQLite (libSQL, a file)", openSqlite],
  ]) {
    const stores = [];
    try {
      for (const size of SIZES) stores.push(await open(size));
      parts.push(`### ${name}\n\n${await compare(stores)}`);
    } finally {
      for (const store of stores) await store.close();
    }
  }
  return `Each owner has ${OWNED} keys; ${OWNED} keys carry a rare scope, half of all a common one. Pages hold 50 keys. Ratios are the growth.\n\n${parts.join("\n\n")}`;
}

const NEWEST = { by: "createdAt", direction: "desc" };

/** What is asked, and how often in a round. */
const QUESTIONS = [
  ["a look-up by key id", 200, (store) => store.repository.findByKeyId(pick(store.keyIds))],
  ["the first page, newest first", 20, (store) => page(store, {}, {})],
  ["a page from the middle, by cursor", 20, (store) => page(store, {}, { after: store.middle })],
  ["the first page of an owner", 20, (store) => page(store, { ownerId: "owner-7" }, {})],
  ["count of an owner", 50, (store) => count(store, { ownerId: "owner-7" }, OWNED)],
  [
    "count of an owner with a scope",
    50,
    (store) => count(store, { ownerId: "owner-7", scopesAllOf: [COMMON] }),
  ],
  ["count of a rare scope", 5, (store) => count(store, { scopesAllOf: [RARE] }, OWNED)],
  ["the first page of a rare scope", 5, (store) => page(store, { scopesAllOf: [RARE] }, {})],
  ["the first page of a common scope", 5, (store) => page(store, { scopesAllOf: [COMMON] }, {})],
  [
    "count of a common scope",
    2,
    (store) => count(store, { scopesAllOf: [COMMON] }, store.size / 2),
  ],
];

async function compare(stores) {
  const rows = [];
  for (const [name, operations, ask] of QUESTIONS) {
    const results = await sideBySide({
      rounds: 7,
      warmUp: 1,
      contenders: stores.map((store) => ({
        name: `${name}, ${store.size.toLocaleString("en")} keys`,
        operations,
        async run(times) {
          for (let time = 0; time < times; time += 1) await ask(store);
        },
      })),
    });
    rows.push(...results);
  }
  return table(rows);
}

async function page({ repository }, filter, place) {
  const { items } = await repository.find(filter, NEWEST, { limit: 50, ...place });
  if (items.length !== 50) throw new Error(`A page held ${items.length} keys.`);
}

async function count({ repository }, filter, expected) {
  const found = await repository.count(filter);
  if (expected !== undefined && found !== expected) throw new Error(`Counted ${found} keys.`);
}

function pick(values) {
  return values[Math.floor(Math.random() * values.length)];
}

async function toStore(client, size, close) {
  const rows = await client.apiKey.findMany({ select: { keyId: true }, take: 10_000 });
  const atSecond = FIRST_SECOND + size / 2;
  return {
    repository: new PrismaApiKeyRepository(client),
    size,
    keyIds: rows.map(({ keyId }) => keyId),
    middle: encodeCursor(NEWEST, { value: atSecond * 1_000, id: "8" }),
    close,
  };
}

async function openPostgres(url, size) {
  const PrismaClient = await clientOf("postgresql");
  const name = `apikey_bench_${size}`;
  const admin = await new PrismaPg({ connectionString: url }).connect();
  await admin.executeScript(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await admin.executeScript(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: own.href }) });
  await migrate(
    client,
    "postgresql",
    `
    INSERT INTO "ApiKey"
    SELECT md5('id' || i)::uuid::text, substr(md5('key' || i), 1, 16), 1, 'key ' || i, NULL,
      'owner-' || (i % ${size / OWNED}),
      CASE WHEN i % ${size / OWNED} = 3 THEN ARRAY['${RARE}'] ELSE ARRAY[]::text[] END ||
        CASE WHEN i % 2 = 0 THEN ARRAY['${COMMON}', 'orders:write'] ELSE ARRAY['users:read'] END,
      '{"plan": "free"}', TRUE, NULL, to_timestamp(${FIRST_SECOND} + i) AT TIME ZONE 'UTC', now(), NULL,
      'abcd…wxyz', '$hmac-sha256$v=1$' || md5('hash' || i)
    FROM generate_series(1, ${size}) AS i`,
  );
  await client.$executeRawUnsafe(`VACUUM ANALYZE "ApiKey"`);
  return toStore(client, size, async () => {
    await client.$disconnect();
    await admin.executeScript(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.dispose();
  });
}

async function openSqlite(size) {
  const PrismaClient = await clientOf("sqlite");
  const folder = await mkdtemp(join(tmpdir(), "apikey-bench-"));
  const adapter = new PrismaLibSql({ url: `file:${join(folder, "keys.db")}` });
  const client = new PrismaClient({ adapter });
  await client.$executeRawUnsafe("PRAGMA synchronous = OFF");
  await migrate(
    client,
    "sqlite",
    `
    INSERT INTO "ApiKey"
    WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM series WHERE i < ${size})
    SELECT lower(hex(randomblob(16))), lower(hex(randomblob(8))), 1, 'key ' || i, NULL,
      'owner-' || (i % ${size / OWNED}),
      CASE WHEN i % ${size / OWNED} = 3 THEN ' ${RARE}' ELSE '' END ||
        CASE WHEN i % 2 = 0 THEN ' ${COMMON} orders:write ' ELSE ' users:read ' END,
      '{"plan": "free"}', TRUE, NULL,
      strftime('%Y-%m-%dT%H:%M:%S.000+00:00', ${FIRST_SECOND} + i, 'unixepoch'),
      '2026-01-01T00:00:00.000+00:00', NULL, 'abcd…wxyz',
      '$hmac-sha256$v=1$' || lower(hex(randomblob(16)))
    FROM series`,
  );
  await client.$executeRawUnsafe("ANALYZE");
  return toStore(client, size, async () => {
    await client.$disconnect();
    await rm(folder, { recursive: true, force: true });
  });
}

/** Runs the shipped migration, and fills the table before its indexes are made, which is faster. */
async function migrate(client, provider, fill) {
  const path = `@apikey/repo-prisma/prisma/${provider}/migrations/20260101000000_add_api_keys/migration.sql`;
  const script = await readFile(fileURLToPath(import.meta.resolve(path)), "utf8");
  const [createTable, ...createIndexes] = script.split(";\n\n");
  for (const statement of [createTable, fill, ...createIndexes]) {
    await client.$executeRawUnsafe(statement);
  }
}

/** The client that the tests of the package generate, as JavaScript. */
async function clientOf(provider) {
  const source = `../../packages/repo-prisma/test/clients/${provider}/generated/client.ts`;
  const folder = fileURLToPath(new URL("../generated", import.meta.url));
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, `${provider}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    outfile,
  });
  return (await import(outfile)).PrismaClient;
}
