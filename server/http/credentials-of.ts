import type { IncomingMessage } from "node:http";
import { parseCookie } from "cookie";
import type { Credentials } from "../access/credentials.js";
import { bearerOf } from "../access/secret.js";

/** The cookie that holds a browser's session; its prefix makes browsers keep it to this host, and to TLS. */
export const sessionCookie = "__Host-session";

/** What a request brings to prove who makes it. */
export function credentialsOf({ headers, headersDistinct, socket }: IncomingMessage): Credentials {
  const header = (name: string) => {
    const values = headersDistinct[name];
    return values?.length === 1 ? (values[0] ?? null) : null;
  };
  return {
    bearer: bearerOf(headers.authorization),
    keystoneToken: header("x-auth-token"),
    session: parseCookie(headers.cookie ?? "")[sessionCookie] ?? null,
    header,
    peer: socket.remoteAddress ?? "",
  };
}
