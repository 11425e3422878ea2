import * as v from "valibot";
import { ConfigurationError, ValidationError, type ValidationIssue } from "../errors/index.js";

/**
 * What `schema` makes of `input`, without properties that are `undefined`: those stand for absent.
 * @throws ValidationError that names each field and its rule, and never repeats a value.
 */
export function validate<Schema extends v.GenericSchema<unknown, object>>(
  schema: Schema,
  input: unknown,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return withoutUndefined(result.output);
  throw new ValidationError(result.issues.map(toIssue));
}

/**
 * What `schema` makes of the options of a part: the options with defaults filled in.
 * @param path What stands before the names of the options in messages.
 * @throws ConfigurationError that names each option and its rule.
 */
export function configure<Schema extends v.GenericSchema>(
  schema: Schema,
  options: unknown,
  path = "",
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, options);
  if (result.success) return result.output;
  const lines = result.issues
    .map(toIssue)
    .map(({ field, message }) => `${path}${field || "options"}: ${message}.`);
  throw new ConfigurationError(lines.join(" "));
}

function toIssue(issue: v.BaseIssue<unknown>): ValidationIssue {
  return { field: v.getDotPath(issue) ?? "", message: issue.message };
}

/** `undefined` stands for absent: a property that is there has a value. */
export function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== undefined),
  ) as Value;
}
