/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** A JSON object, as kept in {@link ApiKey.metadata}. */
export type JsonObject = { readonly [name: string]: JsonValue };
