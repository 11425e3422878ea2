import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PrismaLibSql } from "@prisma/adapter-libsql";
import { PrismaPg } from "@prisma/adapter-pg";
import { describe, expect, test } from "vitest";
import { migrationsOf, newMysql, newPostgresql } from "./databases.js";
import { openSchemaEngine } from "./schema-engine.js";
import { inSnakeCase } from "./snake-case.mjs";

function modelOf(provider: string): Promise<string> {
  const path = fileURLToPath(new URL(`../prisma/${provider}/api-key.prisma`, import.meta.url));
  return readFile(path, "utf8");
}

/** The SQL that `prisma migrate` would write for this model. */
async function sqlFor(provider: "sqlite" | "postgresql", model: string): Promise<string> {
  const content = `datasource db {\n  provider = "${provider}"\n}\n\n${model}`;
  const adapter =
    provider === "sqlite"
      ? new PrismaLibSql({ url: "file::memory:" })
      : new PrismaPg({ connectionString: process.env.POSTGRES_URL ?? "" });
  const engine = await openSchemaEngine(content, adapter);
  const { stdout } = await engine.diff({
    from: { tag: "empty" },
    to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] },
    script: true,
    exitCode: null,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  engine.free();
  // The schema `public` is there, or it is not the one that the user wants.
  return stdout.replace(/^-- CreateSchema\n.*\n\n/, "").trim();
}

describe.each(["sqlite", "postgresql"] as const)("on %s", (provider) => {
  test("the migration is what Prisma's own engine writes for the model, in both naming styles", async () => {
    const model = await modelOf(provider);
    const [sql = "", mapped = ""] = await migrationsOf(provider);
    expect(await sqlFor(provider, model)).toBe(sql.trim());
    expect(await sqlFor(provider, inSnakeCase(model))).toBe(mapped.trim());
  });
});

// Prisma's engine speaks to MySQL only from its binary, so the database's own description is compared here.
describe("on MariaDB or MySQL", () => {
  test("the migration makes exactly the model, with a binary collation", async () => {
    const model = await modelOf("mysql");
    const database = await newMysql();
    try {
      for (const [text, table] of [
        [model, "ApiKey"],
        [inSnakeCase(model), "service_tokens"],
      ] as const) {
        const columns = await database.client.$queryRawUnsafe<Record<string, string>[]>(
          `SELECT COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE AS nullable, COLLATION_NAME AS collation
           FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ORDINAL_POSITION`,
          database.name,
          table,
        );
        expect(columns.map(({ name, type, nullable }) => [name, typeOf(type), nullable])).toEqual(
          columnsOf(text),
        );
        for (const { collation } of columns) {
          expect(collation ?? "utf8mb4_bin").toBe("utf8mb4_bin");
        }
        const indexes = await database.client.$queryRawUnsafe<Record<string, string>[]>(
          `SELECT INDEX_NAME AS name, MAX(NON_UNIQUE) AS other, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns
           FROM information_schema.statistics WHERE table_schema = ? AND table_name = ? GROUP BY INDEX_NAME ORDER BY INDEX_NAME`,
          database.name,
          table,
        );
        const found = indexes.map(({ name, other, columns: of }) => [name, Number(other), of]);
        expect(found.sort()).toEqual(indexesOf(text, table));
      }
    } finally {
      await database.close();
    }
  });
});

/** MariaDB keeps JSON as text and says so; MySQL has no widths of integers. */
function typeOf(type = ""): string {
  if (type === "longtext") return "json";
  return type.startsWith("int") ? "int" : type;
}

/** Field, column and attributes of each line of the model. */
function fieldsOf(model: string): { field: string; column: string; type: string; rest: string }[] {
  return [...model.matchAll(/^ {2}(\w+) +(\w+\??)(.*)$/gm)].map(
    ([, field = "", type = "", rest = ""]) => ({
      field,
      column: rest.match(/@map\("(\w+)"\)/)?.[1] ?? field,
      type,
      rest,
    }),
  );
}

function columnsOf(model: string): string[][] {
  const types: Record<string, string> = { Int: "int", Boolean: "tinyint(1)", Json: "json" };
  return fieldsOf(model).map(({ column, type, rest }) => {
    const native = rest.match(/@db\.(\w+(?:\(\d+\))?)/)?.[1]?.toLowerCase();
    const plain = type.replace("?", "");
    return [column, native ?? types[plain] ?? plain, type.endsWith("?") ? "YES" : "NO"];
  });
}

function indexesOf(model: string, table: string): (string | number)[][] {
  const fields = fieldsOf(model);
  const column = (name: string) => fields.find(({ field }) => field === name.trim())?.column ?? "";
  const unique = fields
    .filter(({ rest }) => rest.includes("@unique"))
    .map((field) => [`${table}_${field.column}_key`, 0, field.column]);
  const plain = [...model.matchAll(/@@index\(\[([^\]]+)\]/g)].map(([, names = ""]) => {
    const columns = names.split(",").map(column);
    return [`${table}_${columns.join("_")}_idx`, 1, columns.join(",")];
  });
  return [["PRIMARY", 0, "id"], ...unique, ...plain].sort();
}

describe("the migrations", () => {
  test.each(["sqlite", "postgresql", "mysql"])("of %s lie as Prisma expects them", async (one) => {
    const folder = fileURLToPath(new URL(`../prisma/${one}/migrations`, import.meta.url));
    expect((await readdir(folder)).sort()).toEqual([
      "20260101000000_add_api_keys",
      "migration_lock.toml",
    ]);
    expect(await readFile(`${folder}/migration_lock.toml`, "utf8")).toContain(
      `provider = "${one}"`,
    );
  });

  test("of PostgreSQL index what is searched: by key id, owner, time and scope", async () => {
    const database = await newPostgresql();
    try {
      const plan = async (where: string): Promise<string> => {
        const rows = await database.client.$transaction(async (tx) => {
          await tx.$executeRawUnsafe("SET LOCAL enable_seqscan = off");
          return tx.$queryRawUnsafe<{ "QUERY PLAN": string }[]>(
            `EXPLAIN SELECT "id" FROM "ApiKey" WHERE ${where}`,
          );
        });
        return rows.map((row) => row["QUERY PLAN"]).join("\n");
      };
      expect(await plan(`"keyId" = 'x'`)).toContain("ApiKey_keyId_key");
      expect(await plan(`"scopes" @> ARRAY['a']::text[]`)).toContain("ApiKey_scopes_idx");
    } finally {
      await database.close();
    }
  });
});
