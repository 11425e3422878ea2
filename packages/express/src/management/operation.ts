import type { ApiKeyService, KeyFormat } from "@apikey/core";
import type { GenericSchema } from "valibot";
import type { InputSchemas, outputSchemas } from "./schemas.js";

/** What the router needs of an `ApiKeyService`. */
export type ManagedService = Pick<
  ApiKeyService,
  | "safeVerifyKey"
  | "create"
  | "getById"
  | "getByKeyId"
  | "find"
  | "count"
  | "update"
  | "rotate"
  | "delete"
> & { readonly format: Pick<KeyFormat, "parse"> };

/** What a caller wants to do, for `authorize`. */
export type OperationName =
  | "create"
  | "list"
  | "search"
  | "count"
  | "verify"
  | "read"
  | "update"
  | "activate"
  | "deactivate"
  | "rotate"
  | "delete"
  | "openapi";

/** One request, let in and validated. */
export interface Call {
  readonly service: ManagedService;
  /** Whose keys the caller is confined to; `undefined` when he may see all. */
  readonly owner: string | undefined;
  /** The scopes that the caller may give to keys; `undefined` for all. */
  readonly grantable: readonly string[] | undefined;
  /** Of `/:id`; empty elsewhere. */
  readonly id: string;
  readonly ifMatch: string | undefined;
  /** Where the router is mounted. */
  readonly baseUrl: string;
  readonly query: URLSearchParams;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** One route: what it is called, takes, does and answers. Validation and documentation both go by it. */
export interface Operation {
  readonly name: OperationName;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly summary: string;
  /** Whether the input is the body or the query. Absent when there is none. */
  readonly from?: "body" | "query";
  /** Which of the schemas the input is held to. */
  readonly input?: keyof InputSchemas;
  readonly success: 200 | 201 | 204;
  /** Which of the schemas the answer follows. */
  readonly output?: keyof typeof outputSchemas;
  /** Whether `If-Match` is heeded. */
  readonly isChange?: true;
  run(call: Call, input: never): Promise<Reply>;
}

/** Input of an operation as its schema leaves it. */
export type InputOf<Name extends keyof InputSchemas> =
  InputSchemas[Name] extends GenericSchema<unknown, infer Output> ? Output : never;
