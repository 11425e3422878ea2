import { MemoryCache } from "@apikey/core";
import { HmacSha256Hasher } from "@apikey/core/hashers";
import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { testCache, testHasher, testRepository } from "@apikey/testing";

testHasher("HmacSha256Hasher", {
  make: (pepper) => new HmacSha256Hasher({ pepper }),
  foreignHashes: [],
  deterministic: true,
});
testRepository("InMemoryApiKeyRepository", {
  make: () => new InMemoryApiKeyRepository(),
  searches: 5,
});
testCache("MemoryCache", { make: () => new MemoryCache() });
