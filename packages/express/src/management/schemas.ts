import {
  type JsonObject,
  MAX_SCOPE_LENGTH,
  ORDER_COLUMNS,
  SCOPE_PATTERN,
  WILDCARD_SCOPE_PATTERN,
} from "@apikey/core";
import {
  MAX_CURSOR_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_NAME_LENGTH,
  MAX_OVERLAP_MS,
  MAX_PAGE_SIZE,
  MAX_SCOPES,
} from "@apikey/core/http";
import { objectMessage } from "@apikey/core/validation";
import * as v from "valibot";

// What callers send, as JSON. Each schema validates and documents; what depends on the state of keys or on
// the settings of the service (wildcard scopes, times to come) is judged by the service.

/** An object that refuses fields it does not know. */
const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, objectMessage);

const text = (most: number) =>
  v.pipe(v.string("must be text"), v.maxLength(most, `must be at most ${most} characters long`));

const line = (most: number) =>
  v.pipe(
    v.string("must be text"),
    v.minLength(1, "must not be empty"),
    v.maxLength(most, `must be at most ${most} characters long`),
  );

const integer = (least: number, most: number) => {
  const rule = `must be an integer from ${least} to ${most}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule));
};

const trueOrFalse = v.boolean("must be true or false");

const timeRule = "must be a time in ISO 8601 with a zone, as in 2027-01-31T12:00:00Z";

const time = v.pipe(
  v.string(timeRule),
  v.isoTimestamp(timeRule),
  v.transform((written) => new Date(written)),
  v.check((date) => !Number.isNaN(date.getTime()), timeRule),
);

const scope = v.pipe(
  v.string("must be text"),
  v.maxLength(MAX_SCOPE_LENGTH, `must be at most ${MAX_SCOPE_LENGTH} characters long`),
  v.regex(
    new RegExp(`${SCOPE_PATTERN.source}|${WILDCARD_SCOPE_PATTERN.source}`),
    "must be lower-case segments of a-z 0-9 _ . - joined by colons, as in orders:read",
  ),
);

const scopes = v.pipe(
  v.array(scope, "must be a list of scopes"),
  v.maxLength(MAX_SCOPES, `must be at most ${MAX_SCOPES} scopes`),
);

/** Any JSON object; the service bounds its size and depth. */
export const metadata = v.custom<JsonObject>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value) && isSafe(value),
  "must be a JSON object without fields of the name __proto__",
);

/** Deeper metadata is refused by the service. */
const MAX_DEPTH = 32;

/** `JSON.parse` makes fields of that name, and who copies them later changes a prototype. */
function isSafe(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return true;
  return (
    !Object.hasOwn(value, "__proto__") &&
    Object.values(value).every((inner) => isSafe(inner, depth + 1))
  );
}

const fields = {
  name: line(MAX_NAME_LENGTH),
  description: v.nullable(text(MAX_DESCRIPTION_LENGTH)),
  ownerId: v.nullable(line(MAX_NAME_LENGTH)),
  scopes,
  metadata,
  isActive: trueOrFalse,
  expiresAt: v.nullable(time),
};

const times = {
  createdBefore: v.optional(time),
  createdAfter: v.optional(time),
  expiresBefore: v.optional(time),
  expiresAfter: v.optional(time),
  lastUsedBefore: v.optional(time),
  lastUsedAfter: v.optional(time),
};

const conditions = {
  isActive: v.optional(trueOrFalse),
  ownerId: v.optional(fields.ownerId),
  ...times,
  neverUsed: v.optional(trueOrFalse),
  scopesAllOf: v.optional(scopes),
  scopesAnyOf: v.optional(scopes),
};

const name = text(MAX_NAME_LENGTH);

const filterEntries = {
  ...conditions,
  name: v.optional(
    v.union(
      [
        name,
        object({
          equals: v.optional(name),
          contains: v.optional(name),
          ignoreCase: v.optional(trueOrFalse),
        }),
      ],
      "must be text, or { equals, contains, ignoreCase }",
    ),
  ),
};

const page = {
  orderBy: v.optional(v.picklist(ORDER_COLUMNS, `must be one of ${ORDER_COLUMNS.join(", ")}`)),
  direction: v.optional(v.picklist(["asc", "desc"], "must be asc or desc")),
  limit: v.optional(integer(1, MAX_PAGE_SIZE)),
  offset: v.optional(integer(0, Number.MAX_SAFE_INTEGER)),
  after: v.optional(text(MAX_CURSOR_LENGTH)),
};

/** In the query of `GET /`, which has no objects: the conditions on the name side by side. */
const queryEntries = {
  ...page,
  ...conditions,
  name: v.optional(name),
  nameContains: v.optional(name),
  ignoreCase: v.optional(trueOrFalse),
};

const { name: _, ...optionalFields } = fields;
const createEntries = { name: fields.name, ...v.partial(v.object(optionalFields)).entries };
const updateEntries = v.partial(v.object(fields)).entries;

/** Without the owner, which is not for the caller to say who is confined to one. */
function withoutOwner<Entries extends { readonly ownerId: unknown }>(
  entries: Entries,
): Omit<Entries, "ownerId"> {
  const { ownerId: _, ...others } = entries;
  return others;
}

const everybodys = {
  create: object(createEntries),
  update: object(updateEntries),
  list: object(queryEntries),
  search: object({ filter: v.optional(object(filterEntries)), ...page }),
  count: object({ filter: v.optional(object(filterEntries)) }),
};

const owners = {
  create: object(withoutOwner(createEntries)),
  update: object(withoutOwner(updateEntries)),
  list: object(withoutOwner(queryEntries)),
  search: object({ filter: v.optional(object(withoutOwner(filterEntries))), ...page }),
  count: object({ filter: v.optional(object(withoutOwner(filterEntries))) }),
};

const others = {
  rotate: object({
    overlapMs: v.optional(integer(0, MAX_OVERLAP_MS)),
    expiresAt: v.optional(v.nullable(time)),
  }),
  verify: object({
    key: v.string("must be text"),
    scopes: v.optional(scopes),
    anyScope: v.optional(v.pipe(scopes, v.minLength(1, "must name at least one scope"))),
  }),
};

/** Schemas of what each operation takes. */
export type InputSchemas = typeof everybodys & typeof others;

/** An owner's view has no field `ownerId`: the schemas are those of everybody without it. */
export function inputSchemas(view: "everybody" | "owner"): InputSchemas {
  return view === "everybody"
    ? { ...everybodys, ...others }
    : ({ ...owners, ...others } as InputSchemas);
}

const moment = v.pipe(v.string(), v.isoTimestamp());

/** A key as it is answered. */
export const recordSchema = v.object({
  id: v.string(),
  keyId: v.string(),
  version: v.pipe(v.number(), v.integer()),
  name: v.string(),
  description: v.nullable(v.string()),
  ownerId: v.nullable(v.string()),
  scopes: v.array(v.string()),
  metadata,
  isActive: v.boolean(),
  expiresAt: v.nullable(moment),
  createdAt: moment,
  updatedAt: moment,
  lastUsedAt: v.nullable(moment),
  hint: v.string(),
});

const key = v.pipe(
  v.string(),
  v.description("The full key, shown this once. It is stored nowhere and cannot be shown again."),
);

/** What each operation answers with. */
export const outputSchemas = {
  record: recordSchema,
  created: v.object({ apiKey: recordSchema, key }),
  rotated: v.object({ apiKey: recordSchema, key, previous: recordSchema }),
  page: v.object({ items: v.array(recordSchema), nextCursor: v.nullable(v.string()) }),
  count: v.object({ count: v.pipe(v.number(), v.integer()) }),
  verified: v.variant("valid", [
    v.object({ valid: v.literal(true), apiKey: recordSchema }),
    v.object({ valid: v.literal(false), code: v.string() }),
  ]),
  problem: v.object({
    type: v.string(),
    title: v.string(),
    status: v.pipe(v.number(), v.integer()),
    detail: v.string(),
    code: v.string(),
    scopes: v.optional(v.array(v.string())),
    anyScope: v.optional(v.array(v.string())),
    issues: v.optional(v.array(v.object({ field: v.string(), message: v.string() }))),
  }),
};
