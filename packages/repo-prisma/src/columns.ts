/** What the model must have, and the type that Prisma gives each column. */
export const COLUMNS = {
  id: "String",
  keyId: "String",
  version: "Int",
  name: "String",
  description: "String",
  ownerId: "String",
  scopes: "String",
  metadata: "Json",
  isActive: "Boolean",
  expiresAt: "DateTime",
  createdAt: "DateTime",
  updatedAt: "DateTime",
  lastUsedAt: "DateTime",
  hint: "String",
  hash: "String",
} as const;

export type Column = keyof typeof COLUMNS;

export const COLUMN_NAMES = Object.keys(COLUMNS) as readonly Column[];

/** Names every column: extra ones stay where they are, and a client that omits `hash` by default reads it. */
export const ALL_COLUMNS = Object.fromEntries(
  COLUMN_NAMES.map((column) => [column, true]),
) as Readonly<Record<Column, true>>;
