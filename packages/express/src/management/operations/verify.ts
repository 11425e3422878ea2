import { isApiKeyError } from "@apikey/core";
import type { Call, InputOf, Operation } from "../operation.js";
import { toRecord } from "../record.js";
import { defined } from "../validate.js";

export const verify: Operation = {
  name: "verify",
  method: "POST",
  path: "/verify",
  summary: "Says whether a key is good. A use of the key, as any verification.",
  from: "body",
  input: "verify",
  success: 200,
  output: "verified",
  async run(call, { key, ...required }: InputOf<"verify">) {
    if (!(await isVisible(call, key)))
      return { status: 200, body: { valid: false, code: "invalid_key" } };
    const result = await call.service.safeVerifyKey(key, defined(required));
    return {
      status: 200,
      body: result.ok
        ? { valid: true, apiKey: toRecord(result.apiKey) }
        : { valid: false, code: result.code },
    };
  },
};

/** A key of another owner is neither verified nor marked as used: it is an unknown one. */
async function isVisible({ service, owner }: Call, key: string): Promise<boolean> {
  const parsed = owner === undefined ? undefined : service.format.parse(key);
  if (typeof parsed !== "object") return true;
  try {
    return (await service.getByKeyId(parsed.keyId)).ownerId === owner;
  } catch (error) {
    if (isApiKeyError(error) && error.code === "key_not_found") return false;
    throw error;
  }
}
