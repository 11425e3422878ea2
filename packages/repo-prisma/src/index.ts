export type { Column } from "./columns.js";
export type { PrismaApiKeyRepositoryOptions, Provider } from "./options.js";
export {
  PrismaApiKeyRepository,
  type PrismaApiKeyRepositoryConstructor,
} from "./prisma-repository.js";
