import { ApiKeyService, MemoryCache } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { Argon2Hasher } from "@apikey/hasher-argon2";

const PEPPER = "bench pepper";

class CountingRepository extends InMemoryApiKeyRepository {
  reads = 0;
  writes = 0;

  findByKeyId(keyId) {
    this.reads += 1;
    return super.findByKeyId(keyId);
  }

  touch(touches) {
    this.writes += 1;
    return super.touch(touches);
  }
}

/**
 * apikey with its defaults: Argon2id, a memory cache, bounded consistency, last-used times on.
 * @param {{ keys: number, hasher?: "argon2" | "hmac", consistency?: "strict" }} options
 */
export async function openApiKey({ keys, hasher: named = "argon2", consistency }) {
  const repository = new CountingRepository();
  const hasher =
    named === "argon2"
      ? new Argon2Hasher({ pepper: PEPPER })
      : new HmacSha256Hasher({ pepper: PEPPER });
  const open = () =>
    new ApiKeyService({
      repository,
      hasher,
      cache: new MemoryCache(),
      ...(consistency && { consistency }),
    });
  const retired = [];
  let service = open();
  const issued = [];
  for (let index = 0; index < keys; index += 1) {
    issued.push((await service.create({ name: `${index}` })).key);
  }
  const hashesOf = (one) => one.stats().hashesVerified;
  return {
    keys: issued,
    work: () => ({
      strongHashes:
        named === "argon2" ? [...retired, service].reduce((sum, one) => sum + hashesOf(one), 0) : 0,
      reads: repository.reads,
      writes: repository.writes,
    }),
    /** A new service over the same keys, as after a start: nothing is cached, nothing proven. */
    forget() {
      retired.push(service);
      service = open();
    },
    /** Well-formed, of a known key id, so that neither its checksum nor its id gives it away. */
    wrong: (key) => `${key.slice(0, key.lastIndexOf("-"))}-${"z".repeat(64)}`,
    async verify(key) {
      return (await service.safeVerifyKey(key)).ok;
    },
    close: () => Promise.all([...retired, service].map((one) => one.close())),
  };
}
