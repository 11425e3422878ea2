import type { InputOf, Operation } from "../operation.js";
import { changeKey, requireGrantable } from "../owner-view.js";
import { defined } from "../validate.js";
import { keyReply } from "./read.js";

export const update: Operation = {
  name: "update",
  method: "PATCH",
  path: "/:id",
  summary: "Changes the fields that are given, and leaves the others.",
  from: "body",
  input: "update",
  success: 200,
  output: "record",
  isChange: true,
  async run(call, input: InputOf<"update">) {
    const apiKey = await changeKey(call, (current, guard) => {
      requireGrantable(call, input.scopes);
      return call.service.update(current.id, defined(input), guard);
    });
    return keyReply(apiKey);
  },
};

export const activate = setActive("activate", true, "Makes a deactivated key good again.");

export const deactivate = setActive("deactivate", false, "Revokes a key until it is activated.");

function setActive(name: "activate" | "deactivate", isActive: boolean, summary: string): Operation {
  return {
    name,
    method: "POST",
    path: `/:id/${name}`,
    summary,
    success: 200,
    output: "record",
    isChange: true,
    async run(call) {
      // Also when nothing changes: caches are told again.
      const apiKey = await changeKey(call, (current, guard) =>
        call.service.update(current.id, { isActive }, guard),
      );
      return keyReply(apiKey);
    },
  };
}
