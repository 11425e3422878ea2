// Runs one bench in a process of its own, and prints its part of the results as JSON. A bench returns its part of
// the report as Markdown, or that and the numbers behind it.
const [file] = process.argv.slice(2);
const { title, run } = await import(new URL(file, import.meta.url));
const { REDIS_URL: redisUrl, POSTGRES_URL: postgresUrl } = process.env;
const part = await run({ redisUrl, postgresUrl });
const { text, data } = typeof part === "string" ? { text: part, data: undefined } : part;
process.stdout.write(JSON.stringify({ title, text, data }));
