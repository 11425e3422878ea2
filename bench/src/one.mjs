// Runs one bench in a process of its own, and prints its part of the report.
const [file, redisUrl, postgresUrl] = process.argv.slice(2);
const { title, run } = await import(new URL(file, import.meta.url));
const text = await run({ redisUrl, postgresUrl });
process.stdout.write(`## ${title}\n\n${text}\n`);
