import * as v from "valibot";
import { type JsonObject, type JsonValue, ORDER_COLUMNS } from "../domain/index.js";
import {
  isCommonTime,
  MAX_CURSOR_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_METADATA_LENGTH,
  MAX_NAME_LENGTH,
  MAX_OVERLAP_MS,
  MAX_PAGE_SIZE,
  MAX_SCOPES,
  UNSTORABLE,
} from "../domain/limits.js";
import {
  MAX_SCOPE_LENGTH,
  SCOPE_PATTERN,
  SCOPE_RULE,
  WILDCARD_SCOPE_PATTERN,
} from "../domain/scopes.js";
import { KeyNotFoundError } from "../errors/index.js";
import { invalid } from "../errors/request-errors.js";
import { integer, objectMessage, oneOf, text, trueOrFalse } from "../validation/schemas.js";
import { withoutUndefined } from "../validation/validate.js";

const MAX_METADATA_DEPTH = 32;

/** All but NUL, which is told of anyway. */
const CONTROL = /[^\P{Cc}\0]/u;

const storable = (most: number) =>
  v.pipe(
    text,
    v.maxLength(most, `must be at most ${most} characters long`),
    v.check((given) => !UNSTORABLE.test(given), "must be well-formed text without NUL"),
  );

const line = (most: number) =>
  v.pipe(
    storable(most),
    v.minLength(1, "must not be empty"),
    v.check((given) => !CONTROL.test(given), "must not hold control characters"),
  );

const name = line(MAX_NAME_LENGTH);
const ownerId = v.nullable(line(MAX_NAME_LENGTH));

const description = v.nullable(storable(MAX_DESCRIPTION_LENGTH));

/** A scope of a call or a filter; whether wildcards are meaningful is up to the caller. */
const scope = (isWildcardAllowed: boolean) =>
  v.pipe(
    storable(MAX_SCOPE_LENGTH),
    v.check(
      (given) =>
        SCOPE_PATTERN.test(given) || (isWildcardAllowed && WILDCARD_SCOPE_PATTERN.test(given)),
      isWildcardAllowed
        ? `${SCOPE_RULE}, or * or orders:*`
        : `${SCOPE_RULE} (and wildcards are off)`,
    ),
  );

/** As they are stored: sorted, without duplicates. */
const scopeList = (isWildcardAllowed: boolean) =>
  v.pipe(
    v.array(scope(isWildcardAllowed), "must be a list of scopes"),
    v.maxLength(MAX_SCOPES, `must be at most ${MAX_SCOPES} scopes`),
    v.transform((scopes) => [...new Set(scopes)].sort()),
  );

/** A copy, which nobody can set to another time once it has been checked. */
const time = v.pipe(
  v.custom<Date>(
    (value) => value instanceof Date && isCommonTime(value),
    "must be a valid Date of the years 1000 to 9999",
  ),
  v.transform((given) => new Date(given)),
);

/** A copy, for the same reason: what is stored is JSON whatever was hung on the lists and objects given. */
const metadata = v.pipe(
  v.custom<JsonObject>(
    (value) =>
      isPlainObject(value) &&
      isJson(value, 0) &&
      JSON.stringify(value).length <= MAX_METADATA_LENGTH,
    `must be a JSON object of at most ${MAX_METADATA_LENGTH} characters and ${MAX_METADATA_DEPTH} levels, without NUL or __proto__`,
  ),
  v.transform((value): JsonObject => JSON.parse(JSON.stringify(value))),
);

/** Schemas of what stores and changes keys, for a service with or without wildcard scopes. */
export function changeSchemas(isWildcardAllowed: boolean) {
  const fields = {
    name,
    description,
    ownerId,
    scopes: scopeList(isWildcardAllowed),
    metadata,
    isActive: trueOrFalse,
    expiresAt: v.nullable(time),
  };
  const { name: _, ...others } = fields;
  return {
    create: v.strictObject(
      { name, ...v.partial(v.object(others)).entries, key: v.optional(text) },
      objectMessage,
    ),
    update: v.strictObject(v.partial(v.object(fields)).entries, objectMessage),
    loadEnv: v.strictObject(
      {
        prefix: v.pipe(text, v.minLength(1, "must not be empty")),
        env: v.optional(v.record(v.string(), v.optional(text))),
        except: v.optional(v.array(text, "must be a list of names")),
        scopes: v.optional(fields.scopes),
        ownerId: v.optional(ownerId),
      },
      objectMessage,
    ),
  };
}

const filterEntries = {
  isActive: trueOrFalse,
  ownerId,
  name: v.union(
    [
      storable(MAX_NAME_LENGTH),
      v.strictObject({
        equals: v.optional(storable(MAX_NAME_LENGTH)),
        contains: v.optional(storable(MAX_NAME_LENGTH)),
        ignoreCase: v.optional(trueOrFalse),
      }),
    ],
    "must be text, or { equals, contains, ignoreCase }",
  ),
  createdBefore: time,
  createdAfter: time,
  expiresBefore: time,
  expiresAfter: time,
  lastUsedBefore: time,
  lastUsedAfter: time,
  neverUsed: trueOrFalse,
  scopesAllOf: scopeList(true),
  scopesAnyOf: scopeList(true),
};

export const filterSchema = v.pipe(
  v.strictObject(v.partial(v.object(filterEntries)).entries, objectMessage),
  v.transform(withoutUndefined),
);

export const findSchema = v.pipe(
  v.strictObject(
    {
      filter: v.optional(filterSchema, {}),
      orderBy: v.optional(oneOf(ORDER_COLUMNS), "createdAt"),
      direction: v.optional(oneOf(["asc", "desc"]), "desc"),
      limit: v.optional(integer(1, MAX_PAGE_SIZE), 50),
      offset: v.optional(integer(0, Number.MAX_SAFE_INTEGER)),
      after: v.optional(storable(MAX_CURSOR_LENGTH)),
    },
    objectMessage,
  ),
  v.forward(
    v.check(
      ({ offset, after }) => offset === undefined || after === undefined,
      "must not be given together with `after`",
    ),
    ["offset"],
  ),
);

const ifVersion = v.optional(integer(1, Number.MAX_SAFE_INTEGER));

export const updateOptionsSchema = v.strictObject({ ifVersion }, objectMessage);

export const rotateSchema = v.strictObject(
  {
    overlapMs: v.optional(integer(0, MAX_OVERLAP_MS), 0),
    expiresAt: v.optional(v.nullable(time)),
    ifVersion,
  },
  objectMessage,
);

/**
 * @throws ValidationError when it is no text
 * @throws KeyNotFoundError when it is text that no stored key can have: not every store can be asked for it.
 */
export function requireId(field: "id" | "keyId", value: unknown): void {
  if (typeof value !== "string") throw invalid(field, "must be text");
  if (value.length > MAX_NAME_LENGTH || UNSTORABLE.test(value)) throw new KeyNotFoundError();
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isJson(value: unknown, depth: number): value is JsonValue {
  const areJson = (values: readonly unknown[]): boolean =>
    depth < MAX_METADATA_DEPTH && values.every((item) => isJson(item, depth + 1));
  if (typeof value === "string") return !UNSTORABLE.test(value);
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "boolean" || value === null) return true;
  // A copy of a list has no holes, which `every` would pass over.
  if (Array.isArray(value)) return areJson([...value]);
  // Drivers drop fields of that name, or fail at them.
  const isSafe = isPlainObject(value) && !Object.hasOwn(value, "__proto__");
  return isSafe && areJson(Object.entries(value).flat());
}
