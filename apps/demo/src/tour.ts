import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiKeyService } from "@apikey/core";
import { Caller } from "./caller.js";
import { EXAMPLE_KEY } from "./example-key.js";

const OFTEN = 100;

/** What the tour needs. */
export interface TourParts {
  readonly url: string;
  readonly adminKey: string;
  /** Counts what the requests cost; everything else goes over HTTP. */
  readonly service: ApiKeyService;
}

/** Walks through the main job over HTTP, and fails where an answer is not the one it should be. */
export async function tour({ url, adminKey, service }: TourParts): Promise<void> {
  const admin = new Caller(url, adminKey);
  const anybody = new Caller(url);

  heading("A key from the environment");
  await anybody.expect(200, "GET /hello", { what: "API_KEY_DEV", key: EXAMPLE_KEY });

  heading("A new key, by the administrator's");
  const { key, apiKey } = (await admin.expect(201, "POST /keys", {
    body: { name: "Continuous integration", scopes: ["builds:write"] },
  })) as unknown as Created;
  console.log(`  ${key}   (shown once; stored as a hash)`);

  heading("Without it, and with it");
  await anybody.expect(401, "GET /hello", { what: "no key" });
  const cold = await costOf(service, () =>
    anybody.expect(200, "GET /hello", { what: "the key, cold", key }),
  );
  const warm = await costOf(service, () =>
    anybody.expect(200, "GET /hello", { what: "the key, warm", key }),
  );
  const often = await costOf(service, async () => {
    for (let count = 0; count < OFTEN; count += 1) await anybody.call("GET /hello", { key });
  });
  console.log(`  one request, cold          ${describeCost(cold)}`);
  console.log(`  one request, warm          ${describeCost(warm)}`);
  console.log(`  each of ${OFTEN} more          ${describeCost(often, OFTEN)}`);
  if (cold.hashes !== 1 || warm.hashes + often.hashes !== 0) {
    throw new Error("The hash was not computed once.");
  }

  heading("Keys that are refused");
  const typo = await costOf(service, () =>
    anybody.expect(401, "GET /hello", { what: "a typo", key: withTypo(key) }),
  );
  console.log(`  … found by its checksum: ${typo.reads} look-ups`);
  if (typo.reads !== 0) throw new Error("A typo was looked up.");
  await anybody.expect(401, "GET /hello", {
    what: "a wrong secret",
    key: withWrongSecret(service, apiKey.keyId),
  });
  await anybody.expect(403, "POST /builds", { what: "a missing scope", key: EXAMPLE_KEY });
  await anybody.expect(403, "GET /keys", { what: "no right to manage keys", key });
  const brief = await admin.call("POST /keys", {
    body: { name: "Brief", expiresAt: new Date(Date.now() + 200) },
  });
  await sleep(250);
  await anybody.expect(401, "GET /hello", { what: "an expired key", key: String(brief.body.key) });

  heading("Rotated, and revoked at once");
  await anybody.expect(202, "POST /builds", { what: "the key", key });
  const successor = (await admin.expect(201, `POST /keys/${apiKey.id}/rotate`, {
    what: "POST /keys/:id/rotate",
    body: {},
  })) as unknown as Created;
  await anybody.expect(401, "POST /builds", { what: "the old key", key });
  await anybody.expect(202, "POST /builds", { what: "its successor", key: successor.key });
  await admin.expect(200, `POST /keys/${successor.apiKey.id}/deactivate`, {
    what: "POST /keys/:id/deactivate",
  });
  await anybody.expect(401, "POST /builds", { what: "the next moment", key: successor.key });

  const { accepted, hashesVerified } = service.stats();
  console.log(`\n${accepted} keys accepted, ${hashesVerified} hashes computed to verify them.`);
}

interface Created {
  readonly key: string;
  readonly apiKey: { readonly id: string; readonly keyId: string };
}

/** What some requests cost the service. */
async function costOf(service: ApiKeyService, work: () => Promise<unknown>) {
  const before = service.stats();
  const startedAt = performance.now();
  await work();
  const tookMs = performance.now() - startedAt;
  const after = service.stats();
  return {
    tookMs,
    hashes: after.hashesVerified - before.hashesVerified,
    reads: after.repositoryReads - before.repositoryReads,
  };
}

type Cost = Awaited<ReturnType<typeof costOf>>;

function describeCost({ tookMs, hashes, reads }: Cost, requests = 1): string {
  const time = `${(tookMs / requests).toFixed(1).padStart(6)} ms`;
  return `${time}   hashes: ${hashes}   database reads: ${reads}`;
}

/** A key of the same id with another secret, whose checksum fits. */
function withWrongSecret({ format }: ApiKeyService, keyId: string): string {
  const idBytes = Buffer.from(keyId, "hex");
  const parts = format.generate((size) => (size === idBytes.length ? idBytes : randomBytes(size)));
  return format.format(parts);
}

function withTypo(key: string): string {
  return key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
}

function heading(text: string): void {
  console.log(`\n${text}`);
}
