/** One answer of the graph, as it came over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // Tests look into answers of every shape; a wrong path fails the assertion that follows.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly data: any;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly extensions: Record<string, unknown>;
  }[];
}

/** Sends an operation with a token (null: none) and any further headers, and gives the answer whatever it is. */
export async function postGraphql(
  url: string,
  token: string | null,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { status, headers: answered } = response;
  return { status, headers: answered, ...((await response.json()) as Pick<Answer, "data" | "errors">) };
}
