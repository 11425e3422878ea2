import { randomBytes } from "node:crypto";
import { ApiKeyService, isApiKeyError, type VerifyOptions } from "@apikey/core";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Argon2Hasher } from "@apikey/hasher-argon2";

// Set by whoever runs the demo, or this example.
process.env.API_KEY_DEV ??=
  "ak-92f5326fb9b44ab7-fSvBMig0r2vY3WR2SmGoZwM949loPU7Yy1JkjIz3RzfCEkQrprQWqQuToLbM2FzN";
process.env.API_KEY_PEPPER ??= "a pepper for this demo only";

await using service = new ApiKeyService({
  repository: new InMemoryApiKeyRepository(),
  hasher: new Argon2Hasher(),
});

heading("A key from the environment");
await service.loadEnv({ prefix: "API_KEY_" });
const fromEnv = await service.verifyKey(process.env.API_KEY_DEV);
console.log(`Verified key belongs to: ${fromEnv.name}`);

heading("A new key");
const { apiKey, key } = await service.create({
  name: "Continuous integration",
  ownerId: "team-42",
  scopes: ["builds:read", "builds:write"],
});
console.log(`${key}   (shown once; stored as a hash)`);
await timed("first check, with a hash", () => service.verifyKey(key));
await timed("second check, from memory", () => service.verifyKey(key));

heading("Keys that are refused");
const reads = service.stats().repositoryReads;
await expectRefusal("a typo", withTypo(key));
console.log(`  … found by its checksum: ${service.stats().repositoryReads - reads} look-ups`);
await expectRefusal("a wrong secret", withWrongSecret(apiKey.keyId));
await expectRefusal("a missing scope", key, { scopes: ["billing:read"] });

const other = await service.create({ name: "Another key" });
await service.deactivate(other.apiKey.id);
await expectRefusal("a disabled key", other.key);

const brief = await service.create({ name: "Brief", expiresAt: new Date(Date.now() + 50) });
await new Promise((resolve) => setTimeout(resolve, 60));
await expectRefusal("an expired key", brief.key);

heading("Revoked at once");
await service.verifyKey(key);
await service.deactivate(apiKey.id);
await expectRefusal("the key that was good a moment ago", key);

/** A key of the same id with another secret, whose checksum fits. */
function withWrongSecret(keyId: string): string {
  const idBytes = Buffer.from(keyId, "hex");
  const parts = service.format.generate((size) =>
    size === idBytes.length ? idBytes : randomBytes(size),
  );
  return service.format.format(parts);
}

async function expectRefusal(what: string, presented: string, options?: VerifyOptions) {
  try {
    await service.verifyKey(presented, options);
  } catch (error) {
    if (!isApiKeyError(error)) throw error;
    console.log(`  ${what.padEnd(36)} ${error.code.padEnd(20)} ${error.message}`);
    return;
  }
  throw new Error(`${what} was accepted.`);
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  await work();
  console.log(`  ${what.padEnd(36)} ${(performance.now() - startedAt).toFixed(3)} ms`);
}

function withTypo(text: string): string {
  return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
}

function heading(text: string): void {
  console.log(`\n${text}`);
}
