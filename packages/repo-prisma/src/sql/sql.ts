/** SQL and its parameters, kept apart: nothing that comes from outside is ever a part of the text. */
export class Sql {
  /** @param parts The text before, between and after the parameters: always one more than `values`. */
  constructor(
    readonly parts: readonly string[],
    readonly values: readonly unknown[],
  ) {}

  /** The text with a placeholder for each parameter; `position` counts from 1. */
  toText(placeholder: (position: number) => string): string {
    return this.parts.reduce((text, part, index) => text + placeholder(index) + part);
  }
}

/** Builds SQL from a template: what is inserted is a parameter, unless it is SQL itself. */
export function sql(strings: TemplateStringsArray, ...inserted: readonly unknown[]): Sql {
  const parts: string[] = [strings[0] ?? ""];
  const values: unknown[] = [];
  const append = (text: string): void => {
    parts.push((parts.pop() ?? "") + text);
  };
  inserted.forEach((value, index) => {
    if (value instanceof Sql) {
      const [first = "", ...rest] = value.parts;
      append(first);
      parts.push(...rest);
      values.push(...value.values);
    } else {
      values.push(value);
      parts.push("");
    }
    append(strings[index + 1] ?? "");
  });
  return new Sql(parts, values);
}

/** Text that becomes a part of the statement as it is: for names and keywords. */
export function raw(text: string): Sql {
  return new Sql([text], []);
}

/** @param items Parameters or SQL; at least one. */
export function join(items: readonly unknown[], separator = ", "): Sql {
  const [first, ...rest] = items;
  return rest.reduce<Sql>((all, item) => sql`${all}${raw(separator)}${item}`, sql`${first}`);
}
