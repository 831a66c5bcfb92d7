import { MetricsinfraError } from "./errors.js";
import { checkKeystoneToken, checkToken } from "./headers.js";
import type { ClientOptions } from "./options.js";

/** The addresses of a client; throws an error that says what to set when an option cannot be used. */
export function checkOptions({ url, streamUrl, token, keystoneToken, app }: ClientOptions<boolean>): {
  readonly url: URL;
  readonly streamUrl: URL;
} {
  if (typeof token === "string") checkToken(token);
  if (typeof keystoneToken === "string") checkKeystoneToken(keystoneToken);
  if (token !== undefined && keystoneToken !== undefined) {
    throw usage('give "token" or "keystoneToken": the server would look at one of them only');
  }
  if (app && !(isHttpToken(app.name) && isHttpToken(app.version))) {
    throw usage('"app" must have a name and a version of letters, digits, dots, dashes and underscores');
  }
  const graph = checkUrl(url, "url");
  return { url: graph, streamUrl: streamUrl === undefined ? below(graph) : checkUrl(streamUrl, "streamUrl") };
}

function checkUrl(value: string | URL, option: string): URL {
  // On a web page a path is enough.
  const page = typeof location === "object" && /^\/(?!\/)/.test(String(value)) ? location.href : undefined;
  const url = URL.canParse(value, page) ? new URL(value, page) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url;
  throw usage(`"${option}" must be an absolute http or https address without a user, such as https://host/graphql`);
}

function below(url: URL): URL {
  const stream = new URL(url);
  stream.pathname = `${stream.pathname.replace(/\/$/, "")}/stream`;
  return stream;
}

function isHttpToken(text: string): boolean {
  return /^[\w.+-]+$/.test(text);
}

function usage(message: string): MetricsinfraError {
  return new MetricsinfraError(`createClient: ${message}`, { code: "USAGE" });
}
