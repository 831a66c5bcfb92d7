import type { ServerResponse } from "node:http";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import type { DatabaseSettings } from "../support/databases.js";
import { apiAudience, type OidcProviderProcess, startOidcProvider } from "../support/oidc-provider.js";
import { freePort } from "../support/ports.js";
import { type Page, ScriptedBrowser } from "../support/scripted-browser.js";

/** The real server, and the real provider at which its people sign in. */
export interface OidcApp extends TestApp {
  readonly origin: string;
  readonly provider: OidcProviderProcess;
  /** Lines of the log. */
  readonly lines: string[];
  /** A browser that has signed in, and where it landed. */
  signedIn(name: string, path?: string): Promise<{ readonly browser: ScriptedBrowser; readonly landed: Page }>;
  /**
   * A browser that comes back from the provider, whose answer for the code `tokenAnswer` makes: an ID token whose claims
   * hold but for what it does to them, or a whole answer.
   */
  comesBack(
    tokenAnswer: (claims: Record<string, unknown>) => string | TokenAnswer | Promise<string | TokenAnswer>,
    userInfo?: object,
  ): Promise<{ readonly browser: ScriptedBrowser; readonly page: Page }>;
  /** Sends an operation as a page of `from` would, with the browser's cookie. */
  ask(browser: ScriptedBrowser, query: string, from?: string | null, path?: string): Promise<CookieAnswer>;
}

/** An answer to a request with a cookie. */
export interface CookieAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** An answer of the provider's token endpoint. */
export interface TokenAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The people at the provider. */
export const people = {
  alice: {
    preferred_username: "Alice",
    email: "alice@example.org",
    groups: ["project-shop", "project-absent", "staff"],
  },
  olga: { preferred_username: "Olga", groups: ["sre"] },
  nobody: {},
};

/** The patterns that make something of their groups. */
export const groupPatterns = [
  { group: "project-{name}", role: "MEMBER" },
  { group: "sre", role: "OPERATOR" },
] as const;

/** Asks who one is. */
export const whoAmI = "{ viewer { kind name globalRole memberships { role project { name } } } }";

/** What a test may set otherwise. */
export interface OidcAppOptions extends Omit<TestSettings, "listen"> {
  /** Further keys of `access.oidc`. */
  readonly oidc?: object;
  /** Called when the provider is there, and the server is not. */
  readonly beforeStart?: (provider: OidcProviderProcess) => Promise<void>;
}

/** Starts both; the project `shop` is there. */
export async function startOidcApp(
  database: DatabaseSettings,
  { oidc = {}, access = {}, beforeStart, ...settings }: OidcAppOptions = {},
): Promise<OidcApp> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const provider = await startOidcProvider(origin, people);
  await beforeStart?.(provider);
  const lines: string[] = [];
  const app = await startApp(database, {
    onLog: (line) => void lines.push(line),
    ...settings,
    listen: { port, publicUrl: origin },
    access: { ...access, groups: [...groupPatterns], oidc: { ...provider.settings, audience: apiAudience, ...oidc } },
  });
  const isBack = (url: string) => url.startsWith(`${origin}/`) && !url.startsWith(`${origin}/auth/`);
  await app.graphql(app.operator, 'mutation { projectCreate(input: { name: "shop" }) { project { id } } }');
  return {
    ...app,
    origin,
    provider,
    lines,
    signedIn: async (name, path = "/graphql") => {
      const browser = new ScriptedBrowser();
      const form = await browser.follow(`${origin}/auth/sign-in?return=${encodeURIComponent(path)}`);
      return { browser, landed: await browser.logIn(form, name, { until: isBack }) };
    },
    comesBack: async (tokenAnswer, userInfo) => {
      const browser = new ScriptedBrowser();
      const { headers } = await browser.request(`${origin}/auth/sign-in?return=/graphql%3Fa=1`);
      const asked = new URL(headers.get("location") ?? "").searchParams;
      const now = Math.floor(Date.now() / 1_000);
      const claims = { sub: "alice", aud: "metricsinfra", nonce: asked.get("nonce"), iat: now, exp: now + 600 };
      provider.interfere = ({ url }, response) => {
        if (url === "/me") send(response, userInfo ?? { sub: "alice" });
        if (url === "/token") void Promise.resolve(tokenAnswer(claims)).then((answer) => send(response, answer));
        return url === "/me" || url === "/token";
      };
      const query = new URLSearchParams({ code: "secret-code", state: asked.get("state") ?? "", iss: provider.issuer });
      try {
        return { browser, page: await browser.request(`${origin}/auth/callback?${query}`) };
      } finally {
        provider.interfere = null;
      }
    },
    ask: async (browser, query, from = origin, path = "/graphql") => {
      const { status, headers, text } = await browser.request(`${origin}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: path === "/graphql" ? "application/json" : "text/event-stream",
          ...(from === null ? {} : { origin: from }),
        },
        body: JSON.stringify({ query }),
      });
      return { status, headers, body: JSON.parse(text) };
    },
  };
}

function send(response: ServerResponse, answer: string | object | TokenAnswer): void {
  if (typeof answer === "object" && "body" in answer) {
    response.writeHead(answer.status, { "content-type": answer.type }).end(answer.body);
    return;
  }
  const tokens = { access_token: "secret-access-token", token_type: "Bearer", id_token: answer };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(typeof answer === "string" ? tokens : answer));
}
