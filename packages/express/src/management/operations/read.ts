import type { ApiKey } from "@apikey/core";
import type { Operation, Reply } from "../operation.js";
import { readKey } from "../owner-view.js";
import { etagOf } from "../preconditions.js";
import { toRecord } from "../record.js";

/** A key, with its version as entity tag. */
export function keyReply(apiKey: ApiKey): Reply {
  return { status: 200, headers: { ETag: etagOf(apiKey) }, body: toRecord(apiKey) };
}

export const read: Operation = {
  name: "read",
  method: "GET",
  path: "/:id",
  summary: "Reads a key.",
  success: 200,
  output: "record",
  async run(call) {
    return keyReply(await readKey(call));
  },
};
