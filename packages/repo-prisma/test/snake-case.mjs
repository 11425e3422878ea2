/** The shipped model under other names: `ServiceToken`, in the table `service_tokens` with `snake_case` columns. */
export function inSnakeCase(model) {
  return model
    .replace("model ApiKey", "model ServiceToken")
    .replace(/^ {2}(\w+)( .*)$/gm, (_, name, rest) =>
      columnOf(name) === name ? `  ${name}${rest}` : `  ${name}${rest} @map("${columnOf(name)}")`,
    )
    .replace(/\}\s*$/, '\n  @@map("service_tokens")\n}\n');
}

/** The shipped SQL for the model of {@link inSnakeCase}. */
export function sqlInSnakeCase(sql) {
  return sql
    .replaceAll("ApiKey", "service_tokens")
    .replace(/(["`_])([a-z]+[A-Z]\w*?)(?=["`_])/g, (_, before, name) => before + columnOf(name));
}

function columnOf(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
