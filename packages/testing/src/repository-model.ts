import type { ApiKeyFilter, ApiKeyOrder, NameFilter, StoredApiKey } from "@apikey/core";

/** The search as the port describes it, written as plainly as can be: what repositories are compared with. */
export function findInModel(
  records: readonly StoredApiKey[],
  filter: ApiKeyFilter,
  order: ApiKeyOrder,
): StoredApiKey[] {
  const found = records.filter((record) => matchesInModel(record, filter));
  const sign = order.direction === "asc" ? 1 : -1;
  const value = (record: StoredApiKey) => {
    const column = record[order.by];
    return column instanceof Date ? column.getTime() : column;
  };
  const byValueThenId = (one: StoredApiKey, other: StoredApiKey): number => {
    const [first, second] = [value(one), value(other)];
    if (first === second) return one.id < other.id ? -sign : sign;
    if (first === null) return 1;
    if (second === null) return -1;
    return first < second ? -sign : sign;
  };
  return found.sort(byValueThenId);
}

/** Whether every condition of the filter holds. */
export function matchesInModel(record: StoredApiKey, filter: ApiKeyFilter): boolean {
  const conditions: boolean[] = [];
  if (filter.isActive !== undefined) conditions.push(record.isActive === filter.isActive);
  if (filter.ownerId !== undefined) conditions.push(record.ownerId === filter.ownerId);
  if (filter.name !== undefined) conditions.push(matchesName(record.name, filter.name));
  for (const [time, after, before] of [
    [record.createdAt, filter.createdAfter, filter.createdBefore],
    [record.expiresAt, filter.expiresAfter, filter.expiresBefore],
    [record.lastUsedAt, filter.lastUsedAfter, filter.lastUsedBefore],
  ] as const) {
    if (after !== undefined) conditions.push(time !== null && time.getTime() > after.getTime());
    if (before !== undefined) conditions.push(time !== null && time.getTime() < before.getTime());
  }
  if (filter.neverUsed !== undefined) {
    conditions.push(filter.neverUsed === (record.lastUsedAt === null));
  }
  const has = (scope: string): boolean => record.scopes.includes(scope);
  if (filter.scopesAllOf !== undefined) conditions.push(filter.scopesAllOf.every(has));
  if (filter.scopesAnyOf !== undefined) conditions.push(filter.scopesAnyOf.some(has));
  return conditions.every(Boolean);
}

function matchesName(name: string, filter: string | NameFilter): boolean {
  if (typeof filter === "string") return name === filter;
  const { equals, contains, ignoreCase = false } = filter;
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (equals !== undefined && fold(name) !== fold(equals)) return false;
  return contains === undefined || fold(name).includes(fold(contains));
}
