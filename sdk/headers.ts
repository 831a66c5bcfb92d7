import { MetricsinfraError } from "./errors.js";
import { version } from "./generated/version.js";
import type { CallOptions, ClientOptions } from "./options.js";

/**
 * The headers of one request. `x-metricsinfra-client` names the program; as no HTML form can send it, it is also what the
 * server requires against forged requests. The token is asked for each time.
 */
export async function requestHeaders(
  { token, keystoneToken, app, headers }: ClientOptions<boolean>,
  call: Pick<CallOptions, "headers" | "idempotencyKey"> = {},
): Promise<Record<string, string>> {
  const sdk = `metricsinfra-sdk/${version}`;
  const program = app ? `${app.name}/${app.version}` : sdk;
  const all: Record<string, string> = {
    "user-agent": app ? `${program} ${sdk}` : sdk,
    ...headers,
    ...call.headers,
    "x-metricsinfra-client": program,
  };
  if (token !== undefined)
    all.authorization = `Bearer ${checkToken(typeof token === "string" ? token : await token())}`;
  if (keystoneToken !== undefined)
    all["x-auth-token"] = checkKeystoneToken(typeof keystoneToken === "string" ? keystoneToken : await keystoneToken());
  if (call.idempotencyKey !== undefined) all["idempotency-key"] = call.idempotencyKey;
  return checkHeaders(all);
}

/** Gives the token back if it can stand in a header; the error does not quote it. */
export function checkToken(token: string): string {
  return checked(token, "make one with client.apiTokens.create and give it to createClient");
}

/** As `checkToken`, for a token of Keystone. */
export function checkKeystoneToken(token: string): string {
  return checked(token, "ask Keystone for one, as with `openstack token issue`");
}

function checked(token: string, advice: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new MetricsinfraError(
    token === ""
      ? `the token is empty: ${advice}`
      : "the token holds a space, a line end or another character that no token has",
    { code: "USAGE" },
  );
}

/** The platform's own error for a malformed header quotes its value, so it is replaced by one that does not. */
function checkHeaders(headers: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw new MetricsinfraError(`the header ${JSON.stringify(name)} holds a character that HTTP does not allow`, {
        code: "USAGE",
      });
    }
  }
  return headers;
}
