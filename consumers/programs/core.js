import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { ApiKeyService, isApiKeyError, MemoryCache } from "@apikey/core";
import { KeyvCache } from "@apikey/core/caches";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import Keyv from "keyv";

async function main() {
  for (const cache of [new MemoryCache(), new KeyvCache(new Keyv(), { secret: "s" })]) {
    const repository = new InMemoryApiKeyRepository();
    const hasher = new HmacSha256Hasher({ pepper: "p" });
    const service = new ApiKeyService({ repository, hasher, cache });
    const { key, apiKey } = await service.create({ name: "n", scopes: ["a:b"] });
    assert.equal((await service.verifyKey(key, { scopes: ["a:b"] })).id, apiKey.id);
    const result = await service.safeVerifyKey(`${key}x`);
    assert.equal(result.ok ? "accepted" : result.code, "checksum_mismatch");
    await service.deactivate(apiKey.id);
    await assert.rejects(service.verifyKey(key), {
      code: "disabled_key",
      name: "DisabledKeyError",
    });
    await service[Symbol.asyncDispose]();
  }

  // Two copies of the classes in one process: the brand tells our errors, `instanceof` does not.
  const required = createRequire(`${process.cwd()}/`)("@apikey/core");
  const imported = await import("@apikey/core");
  assert.notEqual(required.InvalidKeyError, imported.InvalidKeyError);
  for (const { InvalidKeyError } of [required, imported]) {
    assert.equal(isApiKeyError(new InvalidKeyError()), true);
  }
}

void main();
