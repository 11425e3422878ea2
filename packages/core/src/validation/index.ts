/**
 * For those who write adapters: options checked and refused as those of this library are, with
 * {@link https://valibot.dev | valibot}.
 * @packageDocumentation
 */
export { requireKnownOptions } from "./known-options.js";
export { integer, objectMessage } from "./schemas.js";
export { configure } from "./validate.js";
