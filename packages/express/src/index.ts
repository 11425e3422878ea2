/**
 * Middleware and a management API for Express 4 and 5.
 *
 * @module @apikey/express
 */

export { type ApiKeyAuthOptions, apiKeyAuth } from "./auth.js";
export {
  type OpenApiDocument,
  type OpenApiOptions,
  openApiDocument,
} from "./management/openapi.js";
export type { ManagedService, OperationName } from "./management/operation.js";
export type { ApiKeyRouterOptions, Authorize } from "./management/options.js";
export { type ApiKeyRouter, apiKeyRouter } from "./management/router.js";
export { apiKeyOf } from "./request.js";
