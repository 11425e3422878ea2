import type { InputOf, Operation } from "../operation.js";
import { requireGrantable } from "../owner-view.js";
import { etagOf } from "../preconditions.js";
import { toRecord } from "../record.js";
import { defined } from "../validate.js";

export const create: Operation = {
  name: "create",
  method: "POST",
  path: "/",
  summary: "Creates a key. The answer holds the full key, this once.",
  from: "body",
  input: "create",
  success: 201,
  output: "created",
  async run(call, input: InputOf<"create">) {
    requireGrantable(call, input.scopes);
    const owned = call.owner === undefined ? input : { ...input, ownerId: call.owner };
    const { apiKey, key } = await call.service.create(defined(owned));
    return {
      status: 201,
      headers: { Location: `${call.baseUrl}/${apiKey.id}`, ETag: etagOf(apiKey) },
      body: { apiKey: toRecord(apiKey), key },
    };
  },
};
