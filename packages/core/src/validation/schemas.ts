import * as v from "valibot";

/** Message of an object schema: for a key too many, a key too few, or no object at all. */
export const objectOf =
  (unknownKey: string) =>
  (issue: v.StrictObjectIssue): string => {
    if (issue.expected === "never") return unknownKey;
    return issue.path ? "is required" : "must be an object";
  };

/** An integer from `least` to `most`. */
export const integer = (least: number, most: number) => {
  const rule = `must be an integer from ${least} to ${most}`;
  return v.pipe(
    v.number(rule),
    v.check((value) => Number.isInteger(value) && value >= least && value <= most, rule),
  );
};

export const trueOrFalse = v.boolean("must be true or false");
