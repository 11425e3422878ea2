/** What a request carries. */
export interface CallOptions {
  /** Presented instead of the caller's own key. */
  readonly key?: string;
  readonly body?: unknown;
}

/** What came back. */
interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A caller of the demo's HTTP API. */
export class Caller {
  readonly #url: string;
  readonly #key: string | undefined;

  constructor(url: string, key?: string) {
    this.#url = url;
    this.#key = key;
  }

  /** @param request Method and path, as in `GET /hello`. */
  async call(request: string, { key = this.#key, body }: CallOptions = {}): Promise<Answer> {
    const [method = "", path = ""] = request.split(" ");
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  }

  /**
   * Calls, and prints a line about the answer.
   * @throws Error when the status is another than expected.
   */
  async expect(
    status: number,
    request: string,
    { what = request, ...options }: CallOptions & { readonly what?: string } = {},
  ): Promise<Answer["body"]> {
    const answer = await this.call(request, options);
    const { message, code, detail } = answer.body;
    const words = [message, code, detail].filter((word) => typeof word === "string");
    console.log(`  ${what.padEnd(32)} ${answer.status}  ${words.join(": ")}`);
    if (answer.status !== status) {
      throw new Error(`${what}: ${answer.status} instead of ${status}.`);
    }
    return answer.body;
  }
}
