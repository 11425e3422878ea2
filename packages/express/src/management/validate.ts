import { ValidationError } from "@apikey/core";
import * as v from "valibot";

/** Longest name of a field that is repeated in an answer. */
const MAX_FIELD = 100;

/** @throws ValidationError that names each field and its rule, and never repeats a value. */
export function validate<Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw new ValidationError(
    result.issues.map((issue) => ({
      field: (v.getDotPath(issue) ?? "").slice(0, MAX_FIELD),
      message: issue.message,
    })),
  );
}

/** Without the fields that are `undefined`. */
export function defined<Value extends object>(value: Value): Defined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== undefined),
  ) as Defined<Value>;
}

type Defined<Value> = { [Name in keyof Value]: Exclude<Value[Name], undefined> };
