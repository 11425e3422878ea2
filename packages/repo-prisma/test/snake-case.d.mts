export function inSnakeCase(model: string): string;
export function sqlInSnakeCase(sql: string): string;
