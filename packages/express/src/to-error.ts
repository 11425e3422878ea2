/** What Express may be told with `next`: only an error. `next("route")` would let the request past. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error("Something else was thrown.", { cause: thrown });
}
