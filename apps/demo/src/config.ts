import * as v from "valibot";

/** What the demo is started with. */
export interface Config {
  /** `file:` for SQLite (the default: a new file that goes with the process), `postgres:` for PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Proven keys are kept in this Redis too; in this process only when absent. */
  readonly redisUrl: string | undefined;
  /** 0: a free one. */
  readonly port: number;
  readonly pepper: string;
  /** End after the tour. */
  readonly tour: boolean;
}

const url = (protocols: readonly string[], example: string) =>
  v.optional(
    v.pipe(
      v.string(),
      v.check(
        (text) => protocols.some((protocol) => text.startsWith(protocol)) && URL.canParse(text),
        `must be a URL such as ${example}`,
      ),
    ),
  );

const port = "must be a port: a number from 0 to 65535 (0 takes a free one)";

const schema = v.object({
  DATABASE_URL: url(
    ["file:", "postgres:", "postgresql:"],
    "file:./demo.db or postgres://user@localhost/app",
  ),
  REDIS_URL: url(["redis:", "rediss:"], "redis://localhost:6379"),
  PORT: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,5}$/, port),
      v.transform(Number),
      v.check((value) => value <= 65_535, port),
    ),
    "0",
  ),
  API_KEY_PEPPER: v.optional(
    v.pipe(v.string(), v.minLength(1, "must not be empty")),
    "a pepper for this demo only",
  ),
});

/** @throws Error that names each variable and what it may be, and never repeats a value. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): Config {
  const unknown = args.filter((arg) => arg !== "--tour");
  if (unknown.length > 0) {
    throw new Error(`No such argument: ${unknown.join(" ")}. There is --tour: end after the tour.`);
  }
  const result = v.safeParse(schema, env);
  if (!result.success) {
    const lines = result.issues.map((issue) => `${v.getDotPath(issue)} ${issue.message}.`);
    throw new Error(lines.join("\n"));
  }
  const { DATABASE_URL, REDIS_URL, PORT, API_KEY_PEPPER } = result.output;
  return {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    port: PORT,
    pepper: API_KEY_PEPPER,
    tour: args.includes("--tour"),
  };
}
