// A key that nobody has verified yet, against the bare Argon2 verify that it must contain.
import { ApiKeyService, MemoryCache } from "@apikey/core";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Argon2Hasher } from "@apikey/hasher-argon2";
import { verify } from "@node-rs/argon2";
import { table, target } from "./report.mjs";
import { sideBySide } from "./side-by-side.mjs";

const KEYS = 20;
const ROUNDS = 15;
const WARM_UP = 2;

export const title = "A cold verification";

export async function run() {
  const pepper = "bench pepper";
  const repository = new InMemoryApiKeyRepository();
  const hasher = new Argon2Hasher({ pepper });
  const open = () => new ApiKeyService({ repository, hasher, cache: new MemoryCache() });
  const service = open();
  const keys = [];
  for (let index = 0; index < KEYS; index += 1) {
    const { key, apiKey } = await service.create({ name: `${index}` });
    const { hash } = await repository.findByKeyId(apiKey.keyId);
    keys.push({ key, hash, secret: service.format.parse(key).secret });
  }
  await service.close();
  const secret = Buffer.from(pepper);
  const services = Array.from({ length: ROUNDS + WARM_UP }, open);
  const results = await sideBySide({
    rounds: ROUNDS,
    warmUp: WARM_UP,
    contenders: [
      {
        name: "bare Argon2id verify (@node-rs/argon2)",
        operations: KEYS,
        async run() {
          for (const one of keys) {
            if (!(await verify(one.hash, one.secret, { secret }))) throw new Error("no match");
          }
        },
      },
      {
        name: "`safeVerifyKey(key)`, nothing cached",
        operations: KEYS,
        async run(_, round) {
          const cold = services[round];
          for (const one of keys) {
            if (!(await cold.safeVerifyKey(one.key)).ok) throw new Error("refused");
          }
          if (cold.stats().hashesVerified !== KEYS) throw new Error("Something was cached.");
        },
      },
    ],
  });
  await Promise.all(services.map((one) => one.close()));
  return `${table(results)}\n\n${target("a cold verification, of the bare Argon2 verify", results[1].ratio, 1.05)}`;
}
