import assert from "node:assert/strict";
import { ApiKeyService } from "@apikey/core";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { BcryptHasher } from "@apikey/hasher-bcrypt";

async function main() {
  // From bcrypt, on its worker thread, to Argon2id, without a new key.
  const repository = new InMemoryApiKeyRepository();
  const bcrypt = new BcryptHasher({ cost: 4, pepper: "p" });
  const old = new ApiKeyService({ repository, hasher: bcrypt });
  const { key, apiKey } = await old.create({ name: "n" });
  assert.equal((await old.verifyKey(key)).id, apiKey.id);

  const argon2 = new Argon2Hasher({ memoryKiB: 64, iterations: 1, pepper: "p" });
  const service = new ApiKeyService({ repository, hasher: [argon2, bcrypt] });
  assert.equal((await service.verifyKey(key)).id, apiKey.id);
  await service.close();
  assert.match((await repository.findById(apiKey.id))?.hash ?? "", /^\$argon2id\$/);
  await bcrypt.close();
}

void main();
