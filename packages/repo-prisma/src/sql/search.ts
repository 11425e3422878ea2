import type { ApiKeyFilter, ApiKeyOrder, NameFilter } from "@apikey/core";
import type { CursorPosition } from "@apikey/core/repositories";
import type { Dialect, Table } from "./dialect.js";
import { join, raw, type Sql, sql } from "./sql.js";
import { isStorable } from "./storable.js";

/** Columns that may hold NULL, and the conditions that only a value can meet. */
const VALUE_CONDITIONS = {
  expiresAt: ["expiresBefore", "expiresAfter"],
  lastUsedAt: ["lastUsedBefore", "lastUsedAfter"],
} as const;

const NOTHING = sql`1 = 0`;

/** `WHERE …`, or nothing when every key matches. */
export function whereOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? sql`` : sql` WHERE ${join(conditions, " AND ")}`;
}

export function conditionsOf(
  filter: ApiKeyFilter,
  { columns }: Table,
  dialect: Dialect,
): readonly Sql[] {
  const conditions: Sql[] = [];
  const { isActive, ownerId, name, neverUsed, scopesAllOf, scopesAnyOf } = filter;
  if (isActive !== undefined) {
    conditions.push(sql`${columns.isActive} = ${raw(isActive ? "TRUE" : "FALSE")}`);
  }
  if (ownerId === null) conditions.push(sql`${columns.ownerId} IS NULL`);
  else if (ownerId !== undefined) {
    conditions.push(isStorable(ownerId) ? dialect.equals(columns.ownerId, ownerId) : NOTHING);
  }
  if (name !== undefined) conditions.push(...nameConditions(columns.name, name, dialect));
  for (const [column, before, after] of [
    [columns.createdAt, filter.createdBefore, filter.createdAfter],
    [columns.expiresAt, filter.expiresBefore, filter.expiresAfter],
    [columns.lastUsedAt, filter.lastUsedBefore, filter.lastUsedAfter],
  ] as const) {
    if (before !== undefined) conditions.push(sql`${column} < ${before}`);
    if (after !== undefined) conditions.push(sql`${column} > ${after}`);
  }
  if (neverUsed !== undefined) {
    conditions.push(sql`${columns.lastUsedAt} ${raw(neverUsed ? "IS NULL" : "IS NOT NULL")}`);
  }
  if (scopesAllOf !== undefined) {
    conditions.push(dialect.hasScopes(columns.scopes, scopesAllOf, "all"));
  }
  if (scopesAnyOf !== undefined) {
    conditions.push(dialect.hasScopes(columns.scopes, scopesAnyOf, "any"));
  }
  return conditions;
}

function nameConditions(column: Sql, filter: string | NameFilter, dialect: Dialect): Sql[] {
  const {
    equals,
    contains,
    ignoreCase = false,
  } = typeof filter === "string" ? { equals: filter } : filter;
  const conditions: Sql[] = [];
  for (const text of [equals, contains]) {
    if (text !== undefined && !isStorable(text)) return [NOTHING];
  }
  if (equals !== undefined) {
    conditions.push(dialect[ignoreCase ? "equalsIgnoringCase" : "equals"](column, equals));
  }
  if (contains !== undefined) {
    conditions.push(dialect[ignoreCase ? "containsIgnoringCase" : "contains"](column, contains));
  }
  return conditions;
}

/**
 * `ORDER BY …`. Where no key without a value can match, NULL is not mentioned: a plain order can be read from
 * an index.
 */
export function orderOf(
  order: ApiKeyOrder,
  filter: ApiKeyFilter,
  { columns }: Table,
  dialect: Dialect,
): Sql {
  const column = columns[order.by];
  const direction = raw(order.direction === "asc" ? "ASC" : "DESC");
  const first = mayLackValue(order, filter)
    ? dialect.nullsLast(column, direction)
    : sql`${column} ${direction}`;
  return sql` ORDER BY ${first}, ${columns.id} ${direction}`;
}

/** Keys after a position of the order, in which those without a value come last. */
export function afterOf(
  order: ApiKeyOrder,
  filter: ApiKeyFilter,
  position: CursorPosition,
  { columns }: Table,
  dialect: Dialect,
): Sql {
  const column = columns[order.by];
  if (position.value === null) {
    const isAfterId =
      order.direction === "asc"
        ? sql`${columns.id} > ${position.id}`
        : sql`${columns.id} < ${position.id}`;
    return sql`(${column} IS NULL AND ${isAfterId})`;
  }
  const value = order.by === "name" ? String(position.value) : new Date(position.value);
  const isAfter = dialect.isAfter(column, columns.id, value, position.id, order.direction);
  return mayLackValue(order, filter) ? sql`((${isAfter}) OR ${column} IS NULL)` : sql`(${isAfter})`;
}

function mayLackValue({ by }: ApiKeyOrder, filter: ApiKeyFilter): boolean {
  if (by !== "expiresAt" && by !== "lastUsedAt") return false;
  if (by === "lastUsedAt" && filter.neverUsed === false) return false;
  return VALUE_CONDITIONS[by].every((condition) => filter[condition] === undefined);
}
