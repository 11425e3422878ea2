export { ApiKeyService } from "./api-key-service.js";
export type { PendingInvalidation } from "./invalidations.js";
export type { ApiKeyServiceOptions } from "./options.js";
export { fingerprintHash } from "./proof-memo.js";
export type {
  ChangeOptions,
  CreateApiKey,
  CreatedApiKey,
  FindOptions,
  ListOptions,
  LoadEnvOptions,
  RotatedApiKey,
  RotateOptions,
  UpdateApiKey,
} from "./requests.js";
export type { ApiKeyServiceStats } from "./stats.js";
export type { AcceptedKey, RefusedKey, VerifyOptions, VerifyResult } from "./verify-result.js";
