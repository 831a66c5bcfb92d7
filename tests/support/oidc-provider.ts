import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import { atEnd } from "./at-end.js";
import { freePort } from "./ports.js";

/** Somebody whom the provider knows. The password is the name. */
export interface ProviderUser {
  readonly groups?: unknown;
  readonly [claim: string]: unknown;
}

/** A real OpenID Connect provider, in this process, on loopback. */
export interface OidcProviderProcess {
  readonly issuer: string;
  /** What the server needs in `access.oidc`. */
  readonly settings: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string };
  /** Paths that were asked for, oldest first. */
  readonly requests: string[];
  /** Signs with a new key from now on, and publishes the old one too unless it is withdrawn. */
  rotateKeys(options?: { withdrawOld?: boolean }): Promise<void>;
  /** A JWT with the provider's present key. */
  sign(claims: JWTPayload, header?: Record<string, unknown>): Promise<string>;
  /** Stops answering, and answers again. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Lets the test answer in the provider's place; true when it did. */
  interfere: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
}

/** The audience of the JWTs that the client "cli" is given, as `access.oidc.audience`. */
export const apiAudience = "https://api.metricsinfra.test";

/** Starts a provider with these users, and a client for the server with this public origin. */
export async function startOidcProvider(
  publicOrigin: string,
  users: Readonly<Record<string, ProviderUser>>,
): Promise<OidcProviderProcess> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const requests: string[] = [];
  let keys = [await newKey("first")];
  let answer = listenerOf(issuer, publicOrigin, users, keys);
  const provider: OidcProviderProcess = {
    issuer,
    settings: { issuer, clientId: "metricsinfra", clientSecret: "the client's secret, 100 % <safe>" },
    requests,
    interfere: null,
    rotateKeys: async ({ withdrawOld = false } = {}) => {
      keys = [await newKey(`key-${keys.length + 1}`), ...(withdrawOld ? [] : keys)];
      answer = listenerOf(issuer, publicOrigin, users, keys);
    },
    sign: (claims, header) => {
      const [key] = keys;
      if (key === undefined) throw new Error("There is always a key.");
      const { kid } = key;
      const now = Math.floor(Date.now() / 1_000);
      return new SignJWT({ iss: issuer, iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg: "RS256", kid, ...header })
        .sign(key);
    },
    start: async () => {
      server = createServer((request, response) => {
        requests.push((request.url ?? "").replace(/\?.*/, ""));
        if (!provider.interfere?.(request, response)) void answer(request, response);
      });
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    stop: async () => {
      server?.closeAllConnections();
      await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    },
  };
  let server: Server | null = null;
  await provider.start();
  atEnd(() => provider.stop());
  return provider;
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
}

function listenerOf(
  issuer: string,
  publicOrigin: string,
  users: Readonly<Record<string, ProviderUser>>,
  keys: JWK[],
): RequestListener {
  const clients = [
    {
      client_id: "metricsinfra",
      client_secret: "the client's secret, 100 % <safe>",
      redirect_uris: [`${publicOrigin}/auth/callback`],
      post_logout_redirect_uris: [`${publicOrigin}/auth/signed-out`],
    },
    { client_id: "cli", client_secret: "cli", redirect_uris: ["http://127.0.0.1:1/done"] },
  ];
  const provider = new Provider(issuer, {
    clients: clients.map((client) => ({ ...client, grant_types: ["authorization_code"], response_types: ["code"] })),
    jwks: { keys: keys as never },
    cookies: { keys: ["test"] },
    claims: { openid: ["sub"], profile: ["preferred_username", "name"], email: ["email"], groups: ["groups"] },
    scopes: ["openid", "profile", "email", "groups", "offline_access"],
    pkce: { required: () => true },
    ttl: { AccessToken: 600, Grant: 3_600, IdToken: 600, Interaction: 600, Session: 3_600 },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    findAccount: (_context, id) => {
      const claims = users[id];
      return claims && { accountId: id, claims: () => ({ sub: id, ...claims }) };
    },
    // Nobody is asked whether the client may see what it asks for.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope("openid profile email groups");
      grant.addResourceScope(apiAudience, "api");
      await grant.save();
      return grant;
    },
    extraTokenClaims: (_context, token) => {
      const { groups, preferred_username } = users[String("accountId" in token && token.accountId)] ?? {};
      return { groups, preferred_username } as never;
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope: "api", audience: apiAudience, accessTokenFormat: "jwt" }),
      },
      rpInitiatedLogout: {
        logoutSource: (context, form) => {
          context.body = `<!doctype html><title>Sign out</title>${form}
            <button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out everywhere</button>`;
        },
      },
    },
  });
  const answer = provider.callback();
  return async (request, response) => {
    const interaction = /^\/interaction\/[\w-]+$/.test(request.url ?? "");
    if (!interaction) return answer(request, response);
    if (request.method === "GET") {
      return void response.setHeader("content-type", "text/html").end(loginPage);
    }
    const form = new URLSearchParams(await bodyOf(request));
    const accountId = form.get("name") ?? "";
    const known = Object.hasOwn(users, accountId) && form.get("password") === accountId;
    const result = known
      ? { login: { accountId } }
      : { error: "access_denied", error_description: "<script>alert(1)</script>" };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  };
}

const loginPage = `<!doctype html><title>Login</title><form method="post">
  <label>Name <input name="name"></label> <label>Password <input name="password" type="password"></label>
  <button>Log in</button></form>`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
