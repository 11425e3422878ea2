import type { InputOf, Operation } from "../operation.js";
import { changeKey } from "../owner-view.js";
import { etagOf } from "../preconditions.js";
import { toRecord } from "../record.js";
import { defined } from "../validate.js";

export const rotate: Operation = {
  name: "rotate",
  method: "POST",
  path: "/:id/rotate",
  summary:
    "Puts a successor with the same rights in the place of a key. The answer holds its full key, this once.",
  from: "body",
  input: "rotate",
  success: 201,
  output: "rotated",
  isChange: true,
  async run(call, input: InputOf<"rotate">) {
    const { apiKey, key, previous } = await changeKey(call, (current, guard) =>
      call.service.rotate(current.id, { ...defined(input), ...guard }),
    );
    return {
      status: 201,
      headers: { Location: `${call.baseUrl}/${apiKey.id}`, ETag: etagOf(apiKey) },
      body: { apiKey: toRecord(apiKey), key, previous: toRecord(previous) },
    };
  },
};
