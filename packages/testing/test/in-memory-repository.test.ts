import { InMemoryApiKeyRepository } from "@apikey/core/repositories";
import { testRepository } from "@apikey/testing";

testRepository("InMemoryApiKeyRepository", { make: () => new InMemoryApiKeyRepository() });
