import { ConfigurationError, isApiKeyError, type RefusalCode } from "../errors/index.js";
import type { ApiKeyService, VerifyOptions, VerifyResult } from "../service/index.js";
import { requireScopes } from "../service/scope-requirement.js";
import { type AcceptedKey, toRefusalError } from "../service/verify-result.js";
import { requireKnownOptions } from "../validation/known-options.js";
import { answerOf, answerTo, type HttpAnswer } from "./answer.js";
import { challenge, requireRealm } from "./challenge.js";
import { type CredentialOptions, type HttpRequest, readCredential } from "./credential.js";
import { type Problem, problemOf, toProblem } from "./problem.js";

/** What verifies keys: an `ApiKeyService`, or what stands in for one. */
export type KeyVerifier = Pick<ApiKeyService, "safeVerifyKey"> &
  Partial<Pick<ApiKeyService, "recallKey">>;

/** What requests must present, and where. */
export interface AuthenticatorOptions extends VerifyOptions, CredentialOptions {
  /**
   * Lets requests without any credential pass, as nobody's. One that is presented must be good all the same.
   * @defaultValue false
   */
  readonly optional?: boolean | undefined;
  /** Names the protected area in `WWW-Authenticate`. @defaultValue `"api"` */
  readonly realm?: string | undefined;
}

/** The request presented no credential, which is `optional`. */
export interface AnonymousRequest {
  readonly ok: true;
  readonly apiKey: undefined;
}

/** The request is refused, or nobody could say: send this answer. */
export interface HttpRefusal extends HttpAnswer {
  readonly ok: false;
  /** What failed, when something did: for logs, never for the caller. */
  readonly error?: unknown;
}

/** What is to become of a request. */
export type HttpDecision = AcceptedKey | AnonymousRequest | HttpRefusal;

/** Decides on requests: at once when the key is in the memory of this process. Never rejects. */
export type Authenticator<Decision = HttpDecision> = (
  request: HttpRequest,
) => Decision | Promise<Decision>;

const ANONYMOUS: AnonymousRequest = Object.freeze({ ok: true, apiKey: undefined });

/**
 * Prepares the decision on requests, for any framework: credential in, key or answer out.
 *
 * @example
 * ```ts
 * const authenticate = createAuthenticator(service, { scopes: ["builds:read"] });
 * const decision = await authenticate({ headers: request.headers });
 * if (!decision.ok) {
 *   return new Response(decision.body, { status: decision.status, headers: decision.headers });
 * }
 * return Response.json({ hello: decision.apiKey.name });
 * ```
 * @throws ConfigurationError when an option is unknown or out of its range, here and not on a request.
 */
export function createAuthenticator(
  service: KeyVerifier,
  options?: AuthenticatorOptions & { readonly optional?: false | undefined },
): Authenticator<AcceptedKey | HttpRefusal>;
export function createAuthenticator(
  service: KeyVerifier,
  options: AuthenticatorOptions,
): Authenticator;
export function createAuthenticator(
  service: KeyVerifier,
  options: AuthenticatorOptions = {},
): Authenticator {
  const { realm, optional, required, credential } = resolve(service, options);
  const scheme = credential.bearer ? "Bearer" : "ApiKey";
  const refusals = prepareRefusals(required, (problem) => challenge(realm, problem, scheme));

  const decide = (result: VerifyResult) => (result.ok ? result : refusals[result.code]);

  async function verify(key: string | undefined): Promise<HttpDecision> {
    try {
      return decide(await service.safeVerifyKey(key, required));
    } catch (error) {
      return { ok: false, error, ...answerTo(error) };
    }
  }

  return (request) => {
    const reading = readCredential(request, credential);
    if (reading.kind === "ambiguous") return refusals.ambiguous_credentials;
    if (reading.kind === "none") return optional ? ANONYMOUS : verify(undefined);
    const recalled = service.recallKey?.(reading.key, required);
    return recalled === undefined ? verify(reading.key) : decide(recalled);
  };
}

type Refusals = Readonly<Record<RefusalCode | "ambiguous_credentials", HttpRefusal>>;

const PLAIN_CODES = [
  "missing_key",
  "malformed_key",
  "checksum_mismatch",
  "invalid_key",
  "disabled_key",
  "expired_key",
] as const;

/** All refusals there can be, made once: a flood of bad keys makes no strings. */
function prepareRefusals(
  required: VerifyOptions | undefined,
  challengeOf: (problem: Problem) => string,
): Refusals {
  const refuse = (problem: Problem): HttpRefusal =>
    Object.freeze({
      ok: false,
      ...answerOf(problem, { "WWW-Authenticate": challengeOf(problem) }),
    });
  const plain = PLAIN_CODES.map((code) => [
    code,
    refuse(toProblem(toRefusalError({ ok: false, code }))),
  ]);
  const { scopes = [], anyScope = [] } = required ?? {};
  return {
    ...(Object.fromEntries(plain) as Record<(typeof PLAIN_CODES)[number], HttpRefusal>),
    insufficient_scope: refuse(
      toProblem(toRefusalError({ ok: false, code: "insufficient_scope", scopes, anyScope })),
    ),
    ambiguous_credentials: refuse(
      problemOf("ambiguous_credentials", "Send one API key, once, in one place."),
    ),
  };
}

const OPTION_NAMES = [
  "scopes",
  "anyScope",
  "optional",
  "bearer",
  "header",
  "queryParameter",
  "realm",
];

function resolve(service: KeyVerifier, options: AuthenticatorOptions) {
  if (typeof (service as KeyVerifier | undefined)?.safeVerifyKey !== "function") {
    throw new ConfigurationError(
      "service: is missing; give the ApiKeyService that verifies the keys.",
    );
  }
  requireKnownOptions(options, OPTION_NAMES);
  const { optional = false, bearer = true, realm = "api" } = options;
  const { header = "X-API-Key", queryParameter } = options;
  return {
    optional: requireBoolean("optional", optional),
    realm: requireRealm(realm),
    required: requirement(options),
    credential: {
      bearer: requireBoolean("bearer", bearer),
      header: requireHeader(header).toLowerCase(),
      queryParameter: requireParameter(queryParameter),
    },
  };
}

/** `undefined` when no scopes are asked for. */
function requirement({ scopes, anyScope }: AuthenticatorOptions): VerifyOptions | undefined {
  if (scopes === undefined && anyScope === undefined) return undefined;
  try {
    // Copies: what was checked is what holds, whatever becomes of the caller's lists.
    const checked = requireScopes({ scopes, anyScope });
    return {
      scopes: [...checked.scopes],
      anyScope: checked.anyScope.length > 0 ? [...checked.anyScope] : undefined,
    };
  } catch (error) {
    if (isApiKeyError(error)) throw new ConfigurationError(error.message);
    throw error;
  }
}

function requireBoolean(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new ConfigurationError(`${name}: must be true or false.`);
}

function requireHeader(header: unknown): string {
  const isName = typeof header === "string" && /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(header);
  if (isName && header.toLowerCase() !== "authorization") return header;
  throw new ConfigurationError(
    "header: must be the name of a header besides Authorization, as in X-API-Key.",
  );
}

function requireParameter(name: unknown): string | undefined {
  if (name === undefined || (typeof name === "string" && name !== "")) return name;
  throw new ConfigurationError("queryParameter: must be the name of a parameter, as in api_key.");
}
