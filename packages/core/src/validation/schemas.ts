import * as v from "valibot";

/** Message of a `v.strictObject`: for a name too many, a name too few, or no object at all. */
export const objectMessage = (issue: v.StrictObjectIssue): string => {
  if (issue.expected === "never") return "is not known";
  return issue.path ? "is required" : "must be an object";
};

/** Schema of an integer from `least` to `most`, with one message whatever is wrong. */
export const integer = (least: number, most: number) => {
  const rule = `must be an integer from ${least} to ${most}`;
  return v.pipe(
    v.number(rule),
    v.check((value) => Number.isInteger(value) && value >= least && value <= most, rule),
  );
};

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  v.picklist(words, `must be one of ${words.join(" ")}`);

export const text = v.string("must be text");

export const trueOrFalse = v.boolean("must be true or false");
