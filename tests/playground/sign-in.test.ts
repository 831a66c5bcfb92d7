import { createServer } from "node:http";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type OidcApp, startOidcApp } from "../access/oidc-app.js";
import { atEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { tempFolder } from "../support/temp-folder.js";
import { buildPlayground } from "./built-playground.js";

// Each test loads the editor several times, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let browser: Browser;
let app: OidcApp;
let playgroundAssets: string;

beforeAll(async () => {
  playgroundAssets = await tempFolder("playground");
  await buildPlayground(playgroundAssets);
  app = await startOidcApp(await createSqliteDatabase(), { playgroundAssets });
  // Chromium's own sandbox refuses to start as root.
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  atEnd(() => browser.close());
}, 120_000);

let context: BrowserContext;
/** Violations of the content security policy, and scripts that fail; refusals are expected. */
let complaints: string[];
/** The tokens that were sent. */
let tokens: (string | undefined)[];

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 760 } });
  complaints = [];
  tokens = [];
  context.on("console", (message) => {
    const isExpected = /status of (401|403|404)/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isExpected) complaints.push(message.text());
  });
  context.on("weberror", (error) => complaints.push(error.error().message));
  context.on("request", (request) => {
    if (request.method() === "POST") tokens.push(request.headers().authorization);
  });
  return () => context.close();
});

const timeout = 30_000;
const state = (page: Page) => expect.poll(() => page.locator(".token-state").textContent(), { timeout });
const answer = (page: Page) =>
  expect.poll(
    async () => (await page.locator(".graphiql-response .view-lines").innerText()).replaceAll("\u00a0", " "),
    { timeout },
  );
const run = (page: Page) => page.getByRole("button", { name: "Execute query (Ctrl-Enter)" }).click();

async function openPlayground(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(app.url);
  await page.locator(".graphiql-query-editor .view-lines").waitFor();
  return page;
}

async function signIn(page: Page, name: string, url = app.url): Promise<void> {
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(name);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(url);
}

it("signs in at the provider, runs a query with the session, and signs out in every tab", async () => {
  const page = await openPlayground();
  await state(page).toBe("Sign in or enter a token to load the schema.");
  await signIn(page, "olga");
  await state(page).toBe("Signed in as Olga, OPERATOR");
  await run(page);
  await answer(page).toContain('"kind": "OIDC"');

  const second = await openPlayground();
  await state(second).toBe("Signed in as Olga, OPERATOR");
  await run(second);
  await answer(second).toContain('"name": "Olga"');

  await page.getByRole("button", { name: "Sign out" }).click();
  await state(second).toBe("Your session has ended. Sign in again.");
  await answer(second).not.toContain("Olga");
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByText("Your session has ended.").waitFor();
  expect(page.url()).toBe(`${app.origin}/auth/signed-out`);

  // The provider has forgotten the person too.
  await page.getByRole("link", { name: "Sign in again" }).click();
  await page.getByLabel("Password").waitFor();
  expect({ complaints, tokens: new Set(tokens) }).toEqual({ complaints: [], tokens: new Set([undefined]) });
});

it("says so when a session has ended without word, and signs in again to the same page", async () => {
  const page = await openPlayground();
  await signIn(page, "alice");
  await state(page).toBe("Signed in as Alice");
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "__Host-session");
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/", domain: "127.0.0.1" });
  expect(await page.evaluate(() => document.cookie)).not.toContain("__Host-session");

  // Ended at the server by somebody else who has it, who brings the right origin.
  await fetch(`${app.origin}/auth/sign-out`, {
    method: "POST",
    headers: { cookie: `__Host-session=${cookie?.value}`, origin: app.origin },
  });
  await run(page);
  await state(page).toBe("Your session has ended. Sign in again.");
  await page.getByRole("link", { name: "Sign in" }).click();
  await state(page).toBe("Signed in as Alice");
  expect(page.url()).toBe(app.url);
  expect(complaints).toEqual([]);
});

it("a token in the field counts before the session", async () => {
  const page = await openPlayground();
  await signIn(page, "alice");
  await state(page).toBe("Signed in as Alice");
  await page.getByLabel("API token").fill(app.operator);
  await state(page).toBe("Signed in as test, OPERATOR");
  expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
  await page.getByLabel("API token").fill("");
  await state(page).toBe("Signed in as Alice");
  expect(complaints).toEqual([]);
});

it("who reads as a stranger, or is known by a proxy's word, has no session to end", async () => {
  const proxyHeader = { addresses: ["127.0.0.1"], user: "X-Remote-User" };
  const access = { anonymous: "VIEWER", proxyHeader } as const;
  const open = await startOidcApp(await createSqliteDatabase(), { playgroundAssets, access });
  const page = await context.newPage();
  await page.goto(open.url);
  await state(page).toBe("Sign in or enter a token to load the schema.");
  await signIn(page, "alice", open.url);
  await state(page).toBe("Signed in as Alice");
  await page.evaluate(() => fetch("/auth/sign-out", { method: "POST" }));
  await page.reload();
  await state(page).toBe("Sign in or enter a token to load the schema.");

  await context.setExtraHTTPHeaders({ "x-remote-user": "paula" });
  await page.reload();
  await state(page).toBe("Signed in as paula");
  expect(await page.getByRole("button", { name: "Sign out" }).count()).toBe(0);
  expect(complaints).toEqual([]);
});

it.each([
  // To a browser names and addresses are different sites, and it keeps its cookie from the other.
  { title: "another site", host: "localhost", status: 401 },
  // Ports of one host are one site: the cookie comes along, and only the Origin tells.
  { title: "another origin of the same site", host: "127.0.0.1", status: 403 },
])("a page of $title can do nothing with the session of who visits it", async ({ host, status }) => {
  const page = await openPlayground();
  await signIn(page, "olga");
  await state(page).toBe("Signed in as Olga, OPERATOR");

  const port = await freePort();
  const evil = createServer((_request, response) =>
    response.setHeader("content-type", "text/html").end("<h1>Evil</h1>"),
  );
  evil.listen(port, "127.0.0.1");
  atEnd(() => evil.close());
  const visited = await context.newPage();
  await visited.goto(`http://${host}:${port}/`);
  const statuses: number[] = [];
  visited.on("response", (response) => void statuses.push(response.status()));
  const query = 'mutation { projectCreate(input: { name: "evil" }) { project { name } } }';
  const outcomes = await visited.evaluate(
    async ({ graph, query }) => {
      const attempt = (init: RequestInit) =>
        fetch(graph, { method: "POST", credentials: "include", ...init }).then(({ type }) => type, String);
      const body = JSON.stringify({ query });
      return [
        await attempt({ headers: { "content-type": "application/json" }, body }),
        await attempt({ mode: "no-cors", body }),
        await attempt({ mode: "no-cors", body: new URLSearchParams({ query }) }),
      ];
    },
    { graph: app.url, query },
  );
  // What needs leave is not even sent; of the rest the page is shown nothing.
  expect(outcomes).toEqual(["TypeError: Failed to fetch", "opaque", "opaque"]);
  await expect.poll(() => statuses, { timeout }).toEqual([status, status]);

  await visited.setContent(
    `<form method="post" action="${app.origin}/auth/sign-out"><button>Win a prize</button></form>`,
  );
  await visited.getByRole("button").click();
  await visited.getByText("FORBIDDEN").waitFor();
  const { projects } = await app.data(app.operator, "{ projects { nodes { name } } }");
  expect(projects.nodes).toEqual([{ name: "shop" }]);
  await page.reload();
  await state(page).toBe("Signed in as Olga, OPERATOR");
});
