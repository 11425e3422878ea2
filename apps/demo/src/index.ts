import { readConfig } from "./config.js";
import { EXAMPLE_KEY } from "./example-key.js";
import { listen } from "./server.js";
import { tour } from "./tour.js";
import { ADMIN_SCOPE, wire } from "./wiring.js";

const DAY_MS = 86_400_000;
const LONGEST_STOP_MS = 10_000;

const CONSISTENCY = {
  strict: "strict: a record is read on each call, its hash is not computed again",
  bounded: "bounded: a proven record is trusted until it changes",
};

try {
  process.env.API_KEY_DEV ??= EXAMPLE_KEY;
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const config = readConfig(process.env, process.argv.slice(2));
  const stopped = stopSignal();
  const demo = await wire(config);
  try {
    const { service } = demo;
    await service.loadEnv({ prefix: "API_KEY_" });
    const admin = await service.create({
      name: "Demo administrator",
      scopes: [ADMIN_SCOPE],
      expiresAt: new Date(Date.now() + DAY_MS),
    });
    const server = await listen(demo.app, config.port);
    try {
      console.log(`\napikey demo on ${server.url}`);
      console.log(`  keys are stored in   ${demo.storage}`);
      console.log(`  proven keys are in   ${demo.cache}`);
      console.log(`  consistency          ${CONSISTENCY[service.consistency]}`);
      console.log(`  administrator's key  ${admin.key}   (good for a day)`);
      await tour({ url: server.url, adminKey: admin.key, service });
      if (config.tour) return;
      console.log(invitation(server.url, admin.key));
      await stopped;
      console.log("\nStopping: requests end, last-used times are written.");
      setTimeout(() => process.exit(1), LONGEST_STOP_MS).unref();
    } finally {
      await server.close();
    }
  } finally {
    await demo.close();
  }
}

/** Resolves at the first signal. A terminal and npm both send one: the second must not end us half-way. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => resolve());
  });
}

function invitation(url: string, adminKey: string): string {
  return `
Now you (Ctrl-C ends it)
  curl ${url}/hello -H 'X-API-Key: ${EXAMPLE_KEY}'
  curl ${url}/keys -H 'Authorization: Bearer ${adminKey}' -H 'Content-Type: application/json' \\
    -d '{"name": "Mine", "scopes": ["builds:write"]}'
  curl ${url}/keys -H 'Authorization: Bearer ${adminKey}'
  curl ${url}/keys/openapi.json -H 'Authorization: Bearer ${adminKey}'`;
}
