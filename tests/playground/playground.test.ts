import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { tempFolder } from "../support/temp-folder.js";
import { buildPlayground } from "./built-playground.js";

let browser: Browser;
let app: TestApp;
let origin: string;

beforeAll(async () => {
  const playgroundAssets = await tempFolder("playground");
  await buildPlayground(playgroundAssets);
  app = await startApp(await createSqliteDatabase(), { playgroundAssets });
  origin = new URL(app.url).origin;
  // Chromium's own sandbox refuses to start as root.
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  atEnd(() => browser.close());
}, 120_000);

/** What a page did that a person does not see. */
interface Behaviour {
  readonly origins: Set<string>;
  /** Each POST with the client header and whether it carried a token. */
  readonly posts: { readonly path: string; readonly client: string | undefined; readonly token: string | undefined }[];
  readonly complaints: string[];
}

let context: BrowserContext;
let page: Page;
let behaviour: Behaviour;

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 760 } });
  behaviour = { origins: new Set(), posts: [], complaints: [] };
  context.on("request", (request) => {
    const { origin, pathname, protocol } = new URL(request.url());
    if (protocol !== "data:") behaviour.origins.add(origin);
    if (request.method() !== "POST") return;
    const { authorization: token, "x-metricsinfra-client": client } = request.headers();
    behaviour.posts.push({ path: pathname, client, token });
  });
  context.on("response", (response) => {
    if (response.status() >= 400) behaviour.complaints.push(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  // A violation of the content security policy is an error on the console.
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) behaviour.complaints.push(message.text());
  });
  context.on("weberror", (error) => behaviour.complaints.push(error.error().message));
  page = await context.newPage();
  await page.goto(app.url);
  await editor().waitFor();
  return () => context.close();
});

const editor = () => page.locator(".graphiql-query-editor .view-lines");
const answer = () => page.locator(".graphiql-response .view-lines");
const tabs = () => page.locator(".graphiql-tab-button");
const state = () => page.locator(".token-state");
const run = () => page.getByRole("button", { name: "Execute query (Ctrl-Enter)" }).click();

async function signIn(): Promise<void> {
  await page.getByLabel("API token").fill(app.operator);
  await expect.poll(() => state().textContent(), { timeout: 10_000 }).toMatch(/^Signed in as /);
}

/** Monaco writes spaces as no-break spaces and each line as an element of its own. */
const textOf = async (lines: ReturnType<typeof editor>) => (await lines.innerText()).replaceAll("\u00a0", " ");

describe("the playground in a browser", () => {
  it("paints its editor and examples, says that a token is needed, and sends nothing without one", async () => {
    expect(await page.title()).toBe("metricsinfra playground");
    expect(await textOf(editor())).toContain("query Viewer {");
    expect(await tabs().allTextContents()).toEqual(["Viewer", "Projects", "Board", "SilenceCreate", "AlertEvents"]);
    expect(await state().textContent()).toBe("Enter a token to load the schema.");
    await run();
    await expect.poll(() => textOf(answer())).toContain("The graph needs a valid API token, or a");
    expect(behaviour).toEqual({ origins: new Set([origin]), posts: [], complaints: [] });
  });

  it("loads the schema as soon as a token is typed, and forgets the token with the tab", async () => {
    await signIn();
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByRole("link", { name: "Query", exact: true }).click();
    await page.getByRole("link", { name: "projects", exact: true }).waitFor();
    const request = { path: "/graphql", client: "playground/0.1.0", token: `Bearer ${app.operator}` };
    expect(behaviour).toEqual({ origins: new Set([origin]), posts: [request, request], complaints: [] });

    await page.reload();
    await expect.poll(() => state().textContent(), { timeout: 10_000 }).toMatch(/^Signed in as /);
    const other = await context.newPage();
    await other.goto(app.url);
    await other.locator(".token-state").waitFor();
    expect(await other.locator(".token-state").textContent()).toBe("Enter a token to load the schema.");
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(app.operator);
  });

  it("says so when the server does not know the token", async () => {
    await page.getByLabel("API token").fill("unknown");
    await expect.poll(() => state().textContent()).toBe("The server does not know this token, or it has expired.");
    expect(behaviour.posts).toEqual([{ path: "/graphql", client: "playground/0.1.0", token: "Bearer unknown" }]);
    expect(behaviour.complaints).toContain("401 /graphql");
  });

  it("runs an example that is picked, and shows its result", async () => {
    await signIn();
    await page.getByLabel("Open an example").selectOption("Projects");
    await expect.poll(() => textOf(editor())).toContain("query Projects($first: Int = 10) {");
    await run();
    await expect.poll(() => textOf(answer())).toContain('"totalCount": ');
    expect(behaviour).toMatchObject({ origins: new Set([origin]), complaints: [] });
  });

  it("brings back an example whose tab was closed, with its variables", async () => {
    await page.getByRole("tab", { name: "SilenceCreate" }).click();
    await page.locator(".graphiql-tab-active").getByRole("button", { name: "Close Tab" }).click();
    expect(await tabs().allTextContents()).toEqual(["Viewer", "Projects", "Board", "AlertEvents"]);
    await page.getByLabel("Open an example").selectOption("SilenceCreate");
    await expect.poll(() => textOf(editor())).toContain("mutation SilenceCreate(");
    expect(await textOf(page.locator(".graphiql-editor-tool .view-lines").first())).toContain('"duration": "1h"');
    expect(behaviour.complaints).toEqual([]);
  });

  it("streams a subscription, and stops it", async () => {
    await signIn();
    await page.getByLabel("Open an example").selectOption("Revisions");
    await run();
    await expect.poll(() => textOf(answer())).toMatch(/"revisions": \d+/);
    await page.getByRole("button", { name: "Stop query (Ctrl-Enter)" }).click();
    await page.getByRole("button", { name: "Execute query (Ctrl-Enter)" }).waitFor();
    expect(behaviour.posts.at(-1)).toEqual({
      path: "/graphql/stream",
      client: "playground/0.1.0",
      token: `Bearer ${app.operator}`,
    });
    expect(behaviour).toMatchObject({ origins: new Set([origin]), complaints: [] });
  });

  it("completes names from the schema", async () => {
    await signIn();
    await page.getByRole("button", { name: "New tab" }).click();
    await editor().click();
    await page.keyboard.type("{ viewer { globalR");
    await page.keyboard.press("Control+Space");
    await page.locator(".suggest-widget").getByText("globalRole").first().waitFor();
    expect(behaviour).toMatchObject({ origins: new Set([origin]), complaints: [] });
  });
});
