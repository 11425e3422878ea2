import type { Operation } from "../operation.js";
import { changeKey } from "../owner-view.js";

export const remove: Operation = {
  name: "delete",
  method: "DELETE",
  path: "/:id",
  summary: "Deletes a key for good.",
  success: 204,
  isChange: true,
  async run(call) {
    await changeKey(call, (current, guard) => call.service.delete(current.id, guard));
    return { status: 204 };
  },
};
