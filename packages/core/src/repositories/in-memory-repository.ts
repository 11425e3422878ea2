import type {
  ApiKeyFilter,
  ApiKeyOrder,
  NameFilter,
  OrderColumn,
  Page,
  PageRequest,
  StoredApiKey,
} from "../domain/index.js";
import { ConflictError } from "../errors/index.js";
import type { ApiKeyRepository, LastUse, StoredApiKeyPatch } from "../ports/index.js";
import { type CursorPosition, decodeCursor, encodeCursor } from "./cursor.js";

/** Keeps keys in the memory of this process: for tests, demos, and keys that the environment holds. */
export class InMemoryApiKeyRepository implements ApiKeyRepository {
  readonly shared = false;
  readonly #byId = new Map<string, StoredApiKey>();
  readonly #byKeyId = new Map<string, StoredApiKey>();

  async create(record: StoredApiKey): Promise<void> {
    if (this.#byId.has(record.id) || this.#byKeyId.has(record.keyId)) throw new ConflictError();
    this.#store(structuredClone(record));
  }

  async findById(id: string): Promise<StoredApiKey | undefined> {
    return copy(this.#byId.get(id));
  }

  async findByKeyId(keyId: string): Promise<StoredApiKey | undefined> {
    return copy(this.#byKeyId.get(keyId));
  }

  async update(
    id: string,
    expectedVersion: number,
    patch: StoredApiKeyPatch,
  ): Promise<StoredApiKey | undefined> {
    const current = this.#byId.get(id);
    if (current?.version !== expectedVersion) return undefined;
    const updated = { ...current, ...structuredClone(patch), version: expectedVersion + 1 };
    this.#store(updated);
    return copy(updated);
  }

  async delete(id: string, expectedVersion?: number): Promise<boolean> {
    const current = this.#byId.get(id);
    if (current === undefined) return false;
    if (expectedVersion !== undefined && current.version !== expectedVersion) return false;
    this.#byKeyId.delete(current.keyId);
    return this.#byId.delete(id);
  }

  async find(
    filter: ApiKeyFilter,
    order: ApiKeyOrder,
    { limit, offset = 0, after }: PageRequest,
  ): Promise<Page<StoredApiKey>> {
    const position = after === undefined ? undefined : decodeCursor(order, after);
    const found = Array.from(this.#byId.values())
      .filter((record) => matches(record, filter))
      .map((record) => ({ record, position: positionOf(record, order.by) }))
      .filter((row) => position === undefined || compare(row.position, position, order) > 0)
      .sort((one, other) => compare(one.position, other.position, order));
    const rows = found.slice(offset, offset + limit);
    const last = rows.at(-1);
    return {
      items: rows.map(({ record }) => structuredClone(record)),
      nextCursor:
        last !== undefined && offset + limit < found.length
          ? encodeCursor(order, last.position)
          : null,
    };
  }

  async count(filter: ApiKeyFilter): Promise<number> {
    let count = 0;
    for (const record of this.#byId.values()) if (matches(record, filter)) count += 1;
    return count;
  }

  async touch(uses: readonly LastUse[]): Promise<void> {
    for (const { id, at } of uses) {
      const record = this.#byId.get(id);
      if (record && (record.lastUsedAt === null || record.lastUsedAt < at)) {
        this.#store({ ...record, lastUsedAt: new Date(at) });
      }
    }
  }

  #store(record: StoredApiKey): void {
    this.#byId.set(record.id, record);
    this.#byKeyId.set(record.keyId, record);
  }
}

/** What is handed out is not what is stored: nobody can change a record but through `update`. */
function copy(record: StoredApiKey | undefined): StoredApiKey | undefined {
  return record && structuredClone(record);
}

function matches(record: StoredApiKey, filter: ApiKeyFilter): boolean {
  const { scopesAllOf, scopesAnyOf } = filter;
  return (
    (filter.isActive === undefined || record.isActive === filter.isActive) &&
    (filter.ownerId === undefined || record.ownerId === filter.ownerId) &&
    (filter.name === undefined || matchesName(record.name, filter.name)) &&
    isWithin(record.createdAt, filter.createdAfter, filter.createdBefore) &&
    isWithin(record.expiresAt, filter.expiresAfter, filter.expiresBefore) &&
    isWithin(record.lastUsedAt, filter.lastUsedAfter, filter.lastUsedBefore) &&
    (filter.neverUsed === undefined || (record.lastUsedAt === null) === filter.neverUsed) &&
    (scopesAllOf === undefined || scopesAllOf.every((scope) => record.scopes.includes(scope))) &&
    (scopesAnyOf === undefined || scopesAnyOf.some((scope) => record.scopes.includes(scope)))
  );
}

function matchesName(name: string, filter: string | NameFilter): boolean {
  if (typeof filter === "string") return name === filter;
  const fold = filter.ignoreCase ? foldAscii : (text: string) => text;
  const { equals, contains } = filter;
  return (
    (equals === undefined || fold(name) === fold(equals)) &&
    (contains === undefined || fold(name).includes(fold(contains)))
  );
}

function foldAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isWithin(time: Date | null, after: Date | undefined, before: Date | undefined): boolean {
  return (
    (after === undefined || (time !== null && time > after)) &&
    (before === undefined || (time !== null && time < before))
  );
}

function positionOf(record: StoredApiKey, by: OrderColumn): CursorPosition {
  const value = record[by];
  return { value: value instanceof Date ? value.getTime() : value, id: record.id };
}

/** Negative when `one` comes before `other`; places without a value come last in both directions. */
function compare(one: CursorPosition, other: CursorPosition, { direction }: ApiKeyOrder): number {
  if ((one.value === null) !== (other.value === null)) return one.value === null ? 1 : -1;
  const ascending = compareValues(one.value, other.value) || compareValues(one.id, other.id);
  return direction === "asc" ? ascending : -ascending;
}

function compareValues(one: CursorPosition["value"], other: CursorPosition["value"]): number {
  if (one === null || other === null || one === other) return 0;
  return one < other ? -1 : 1;
}
