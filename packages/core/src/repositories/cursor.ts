import type { ApiKeyOrder } from "../domain/search.js";
import { isCommonTime } from "../domain/time.js";
import { ValidationError } from "../errors/index.js";

/** The place in an order where a page ended: the ordering value of its last key, and its id to break ties. */
export interface CursorPosition {
  /** Text for `name`; Unix time in milliseconds for times; `null` where the column has no value. */
  readonly value: string | number | null;
  readonly id: string;
}

/** Writes a position as an opaque, URL-safe string that is bound to its order. */
export function encodeCursor(order: ApiKeyOrder, position: CursorPosition): string {
  const content = JSON.stringify([order.by, order.direction, position.value, position.id]);
  return Buffer.from(content, "utf8").toString("base64url");
}

/** @throws ValidationError (field `after`) when the cursor is not one of ours, or was made for another order. */
export function decodeCursor(order: ApiKeyOrder, cursor: string): CursorPosition {
  const content = parse(cursor);
  if (!Array.isArray(content) || content.length !== 4) throw invalidCursor("is not a cursor");
  const [by, direction, value, id] = content as readonly unknown[];
  if (by !== order.by || direction !== order.direction) {
    throw invalidCursor("belongs to another order; ask again with the order of the first page");
  }
  const fits =
    order.by === "name"
      ? isText(value)
      : value === null || (typeof value === "number" && isCommonTime(value));
  if (!fits || !isText(id)) throw invalidCursor("is not a cursor");
  return { value: value as CursorPosition["value"], id };
}

/** Text that a store can be asked for: a cursor may come from anywhere. */
function isText(value: unknown): value is string {
  return typeof value === "string" && !/[\0\p{Surrogate}]/u.test(value);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}

function invalidCursor(message: string): ValidationError {
  return new ValidationError([{ field: "after", message }]);
}
