/**
 * Keys in SQLite, PostgreSQL or MySQL, over your own Prisma client.
 *
 * @module @apikey/repo-prisma
 */

export type { Column } from "./columns.js";
export type { PrismaApiKeyRepositoryOptions, Provider } from "./options.js";
export {
  PrismaApiKeyRepository,
  type PrismaApiKeyRepositoryConstructor,
} from "./prisma-repository.js";
