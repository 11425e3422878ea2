import type { ApiKeyRepository } from "@apikey/core";
import { testRepository } from "@apikey/testing";
import type { TestDatabase } from "./databases.js";

export type Naming = "apiKey" | "serviceToken";

/** The contract, with the model as it is shipped and with another name and `snake_case` columns. */
export function testDatabase<Client>(
  name: string,
  open: () => Promise<TestDatabase<Client>>,
  over: (client: Client, model: Naming) => ApiKeyRepository,
  { connections = 2, exactNumbers = true }: { connections?: 1 | 2; exactNumbers?: boolean } = {},
): void {
  for (const model of ["apiKey", "serviceToken"] as const) {
    let database: TestDatabase<Client>;
    testRepository(`PrismaApiKeyRepository on ${name}, model ${model},`, {
      async make() {
        database = await open();
        return over(database.client, model);
      },
      ...(connections === 2 ? { makeAnother: () => over(database.connect(), model) } : {}),
      exactNumbers,
      close: () => database.close(),
      searches: 40,
    });
  }
}
