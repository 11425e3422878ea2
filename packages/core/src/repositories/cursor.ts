import { isCommonTime, UNSTORABLE } from "../domain/limits.js";
import type { ApiKeyOrder } from "../domain/search.js";
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
  const isTime = order.by !== "name";
  const fits = value === null ? isTime : typeof value === (isTime ? "number" : "string");
  if (!fits || typeof id !== "string" || !isAskable(isTime ? Number(value) : value, id)) {
    throw invalidCursor("is not a cursor");
  }
  return { value: value as CursorPosition["value"], id };
}

/** Whether a store can be asked for this place: a cursor may come from anywhere. */
function isAskable(value: unknown, id: string): boolean {
  return (
    !UNSTORABLE.test(`${value}${id}`) &&
    (typeof value === "string" || isCommonTime(new Date(Number(value))))
  );
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
