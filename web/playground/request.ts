import { version } from "../package.json";

/** Where queries and mutations are posted. */
export const endpoint = "/graphql";

/** Where subscriptions are streamed as server-sent events. */
export const streamEndpoint = "/graphql/stream";

/**
 * The headers that every request of the playground carries; the server refuses requests that cannot set its client header.
 * Without a token the browser's cookie says who is asking.
 */
export function requestHeaders(token: string | null): Record<string, string> {
  const client = { "x-metricsinfra-client": `playground/${version}` };
  return token === null ? client : { ...client, authorization: `Bearer ${token}` };
}

/** Posts one operation and gives the server's answer, of whatever status. */
export async function post(
  body: unknown,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | null = null,
): Promise<GraphqlAnswer> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json", ...headers },
    body: JSON.stringify(body),
    signal,
  });
  return await readAnswer(response);
}

/** Reads an answer of the graph; throws where something else answered, a proxy for example. */
export async function readAnswer(response: Response): Promise<GraphqlAnswer> {
  if (/[/+]json\b/.test(response.headers.get("content-type") ?? "")) return await response.json();
  throw new Error(`The server answered ${response.status} ${response.statusText}, and no JSON.`);
}

/** A GraphQL answer, as far as the playground looks into one itself. */
export interface GraphqlAnswer {
  readonly data?: { readonly viewer?: Viewer } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Who is asking. */
export interface Viewer {
  readonly kind: string;
  readonly name: string;
  readonly globalRole: string | null;
}
