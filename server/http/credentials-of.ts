import type { IncomingMessage } from "node:http";
import { parseCookie } from "cookie";
import type { Credentials } from "../access/credentials.js";
import { bearerOf } from "../access/secret.js";

/** The cookie that holds a browser's session; its prefix makes browsers keep it to this host, and to TLS. */
export const sessionCookie = "__Host-session";

/** What a request brings to prove who makes it. */
export function credentialsOf({ headers, headersDistinct, socket }: IncomingMessage): Credentials {
  const header = (name: string) => headersDistinct[name] ?? [];
  const [keystoneToken = null, ...more] = header("x-auth-token");
  return {
    bearer: bearerOf(headers.authorization),
    keystoneToken: more.length === 0 ? keystoneToken : null,
    session: parseCookie(headers.cookie ?? "")[sessionCookie] ?? null,
    header,
    peer: socket.remoteAddress ?? "",
  };
}
