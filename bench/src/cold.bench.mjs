// A key that nobody has verified yet, against the bare Argon2 verify that it must contain.
import { ApiKeyService, MemoryCache } from "@apikey/core";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { verify } from "@node-rs/argon2";
import { table, target } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";

const ROUNDS = 200;
const WARM_UP = 20;

export const title = "A cold verification";

export async function run() {
  const pepper = "bench pepper";
  const repository = new InMemoryApiKeyRepository();
  const hasher = new Argon2Hasher({ pepper });
  const issuer = new ApiKeyService({ repository, hasher });
  const service = new ApiKeyService({ repository, hasher, cache: new MemoryCache() });
  const keys = [];
  for (let index = 0; index < ROUNDS + WARM_UP; index += 1) {
    const { key, apiKey } = await issuer.create({ name: `${index}` });
    const { hash } = await repository.findByKeyId(apiKey.keyId);
    keys.push({ key, hash, secret: issuer.format.parse(key).secret });
  }
  const secret = Buffer.from(pepper);
  const bare = async (_, round) => {
    const one = keys[round];
    if (!(await verify(one.hash, one.secret, { secret }))) throw new Error("no match");
  };
  // One verification a turn: a hash takes so long that what the machine does changes between longer turns.
  const results = await sideBySide({
    rounds: ROUNDS,
    warmUp: WARM_UP,
    contenders: [
      { name: "bare Argon2id verify (@node-rs/argon2)", operations: 1, run: bare },
      { name: "the same again: the noise of this run", operations: 1, run: bare },
      {
        name: "`safeVerifyKey(key)`, nothing cached",
        operations: 1,
        async run(_, round) {
          if (!(await service.safeVerifyKey(keys[round].key)).ok) throw new Error("refused");
        },
      },
    ],
  });
  if (service.stats().hashesVerified !== keys.length) throw new Error("Something was cached.");
  await issuer.close();
  await service.close();
  return `${table(results)}\n\n${target("a cold verification, of the bare Argon2 verify", results[2].ratio, 1.05)}`;
}
