import { UpstreamUnavailableError } from "./errors.js";

/** Live data, or an error when the graph has none to give: nothing behind it has answered, or the token may not read it. */
export function requireLive<Data>(data: Data | null, what: string): Data {
  if (data !== null) return data;
  throw new UpstreamUnavailableError(
    `the server has no ${what} to give: nothing behind it has answered yet, or this token may not read them`,
    { code: "UPSTREAM_UNAVAILABLE", retryable: true },
  );
}
