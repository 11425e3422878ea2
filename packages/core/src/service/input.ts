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
import { MAX_SCOPE_LENGTH, SCOPE_PATTERN, WILDCARD_SCOPE_PATTERN } from "../domain/scopes.js";
import { integer, objectOf, trueOrFalse } from "../validation/schemas.js";

const MAX_METADATA_DEPTH = 32;

const CONTROL = /[\p{Cc}\p{Surrogate}]/u;

const line = (most: number) =>
  v.pipe(
    v.string("must be text"),
    v.minLength(1, "must not be empty"),
    v.maxLength(most, `must be at most ${most} characters long`),
    v.check((text) => !CONTROL.test(text), "must not hold control characters"),
  );

const name = line(MAX_NAME_LENGTH);
const ownerId = v.nullable(line(MAX_NAME_LENGTH));

const description = v.nullable(
  v.pipe(
    v.string("must be text or null"),
    v.maxLength(
      MAX_DESCRIPTION_LENGTH,
      `must be at most ${MAX_DESCRIPTION_LENGTH} characters long`,
    ),
    v.check((text) => !UNSTORABLE.test(text), "must be well-formed text without NUL"),
  ),
);

const SCOPE_RULE =
  "must be lower-case segments of a-z 0-9 _ . - joined by colons, as in orders:read";

/** A scope of a call or a filter; whether wildcards are meaningful is up to the caller. */
const scope = (isWildcardAllowed: boolean) =>
  v.pipe(
    v.string("must be text"),
    v.maxLength(MAX_SCOPE_LENGTH, `must be at most ${MAX_SCOPE_LENGTH} characters long`),
    v.check(
      (text) =>
        SCOPE_PATTERN.test(text) || (isWildcardAllowed && WILDCARD_SCOPE_PATTERN.test(text)),
      isWildcardAllowed
        ? `${SCOPE_RULE}, or * or orders:*`
        : `${SCOPE_RULE} (for * and orders:* switch on the option \`wildcards\`)`,
    ),
  );

const scopeList = (isWildcardAllowed: boolean) =>
  v.pipe(
    v.array(scope(isWildcardAllowed), "must be a list of scopes"),
    v.maxLength(MAX_SCOPES, `must be at most ${MAX_SCOPES} scopes`),
  );

const date = v.custom<Date>(
  (value) => value instanceof Date && isCommonTime(value),
  "must be a valid Date of the years 1000 to 9999",
);

const metadata = v.custom<JsonObject>(
  (value) =>
    isPlainObject(value) && isJson(value, 0) && JSON.stringify(value).length <= MAX_METADATA_LENGTH,
  `must be a JSON object of at most ${MAX_METADATA_LENGTH} characters and ${MAX_METADATA_DEPTH} levels, of well-formed text, finite numbers, booleans, null, lists and plain objects`,
);

/** Schemas of what `create` and `update` take, for a service with or without wildcard scopes. */
export function changeSchemas(isWildcardAllowed: boolean) {
  const fields = {
    name,
    description,
    ownerId,
    scopes: scopeList(isWildcardAllowed),
    metadata,
    isActive: trueOrFalse,
    expiresAt: v.nullable(date),
  };
  const { name: _, ...optional } = fields;
  return {
    create: v.strictObject(
      { name, ...v.partial(v.object(optional)).entries, key: v.optional(v.string("must be text")) },
      objectOf("no such field"),
    ),
    update: v.strictObject(v.partial(v.object(fields)).entries, objectOf("no such field")),
  };
}

const filterEntries = {
  isActive: trueOrFalse,
  ownerId,
  name: v.union(
    [
      v.string(),
      v.strictObject({
        equals: v.optional(v.string()),
        contains: v.optional(v.string()),
        ignoreCase: v.optional(v.boolean()),
      }),
    ],
    "must be text, or { equals, contains, ignoreCase }",
  ),
  createdBefore: date,
  createdAfter: date,
  expiresBefore: date,
  expiresAfter: date,
  lastUsedBefore: date,
  lastUsedAfter: date,
  neverUsed: trueOrFalse,
  scopesAllOf: scopeList(true),
  scopesAnyOf: scopeList(true),
};

export const filterSchema = v.strictObject(
  v.partial(v.object(filterEntries)).entries,
  objectOf("no such condition"),
);

export const pageSchema = v.pipe(
  v.strictObject(
    {
      orderBy: v.optional(
        v.picklist(ORDER_COLUMNS, `must be one of ${ORDER_COLUMNS.join(", ")}`),
        "createdAt",
      ),
      direction: v.optional(v.picklist(["asc", "desc"], "must be asc or desc"), "desc"),
      limit: v.optional(integer(1, MAX_PAGE_SIZE), 50),
      offset: v.optional(integer(0, Number.MAX_SAFE_INTEGER)),
      after: v.optional(
        v.pipe(v.string("must be text"), v.maxLength(MAX_CURSOR_LENGTH, "is not a cursor")),
      ),
    },
    objectOf("no such option"),
  ),
  v.forward(
    v.check(
      ({ offset, after }) => offset === undefined || after === undefined,
      "must not be given together with `after`",
    ),
    ["offset"],
  ),
);

export const updateOptionsSchema = v.strictObject(
  { ifVersion: v.optional(integer(1, Number.MAX_SAFE_INTEGER)) },
  objectOf("no such option"),
);

export const rotateSchema = v.strictObject(
  {
    overlapMs: v.optional(integer(0, MAX_OVERLAP_MS), 0),
    expiresAt: v.optional(v.nullable(date)),
    ifVersion: v.optional(integer(1, Number.MAX_SAFE_INTEGER)),
  },
  objectOf("no such option"),
);

export const loadEnvSchema = v.strictObject(
  {
    prefix: v.pipe(v.string("must be text"), v.minLength(1, "must not be empty")),
    env: v.optional(v.record(v.string(), v.optional(v.string()))),
    scopes: v.optional(scopeList(true)),
    ownerId: v.optional(ownerId),
  },
  objectOf("no such option"),
);

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isJson(value: unknown, depth: number): value is JsonValue {
  if (depth > MAX_METADATA_DEPTH) return false;
  switch (typeof value) {
    case "string":
      return !UNSTORABLE.test(value);
    case "number":
      return Number.isFinite(value);
    case "boolean":
      return true;
    case "object":
      if (value === null) return true;
      if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
      return (
        isPlainObject(value) &&
        Object.entries(value).every(
          ([key, item]) => !UNSTORABLE.test(key) && isJson(item, depth + 1),
        )
      );
    default:
      return false;
  }
}
