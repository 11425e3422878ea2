export { type ApiKeyAuthOptions, apiKeyAuth } from "./auth.js";
export { apiKeyOf } from "./request.js";
