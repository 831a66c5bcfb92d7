import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { build } from "vite";
import { expect, it } from "vitest";
import type * as Sdk from "../../sdk/index.js";
import { startOidcApp } from "../access/oidc-app.js";
import { atEnd } from "../support/at-end.js";
import { createSqliteDatabase } from "../support/databases.js";
import { tempFolder } from "../support/temp-folder.js";

/** A page that has the sdk, and nothing else, as a bundler makes it; served in the playground's place. */
async function buildPage(): Promise<string> {
  const folder = await tempFolder("page");
  const entry = fileURLToPath(new URL("../../sdk/index.ts", import.meta.url));
  const outDir = join(folder, "assets");
  await mkdir(outDir);
  const lib = { entry, formats: ["es" as const], fileName: () => "sdk.js" };
  await build({ configFile: false, logLevel: "silent", build: { outDir, lib } });
  await writeFile(join(outDir, "page.js"), 'import * as sdk from "./sdk.js"; globalThis.sdk = sdk;');
  await writeFile(join(folder, "index.html"), '<script type="module" src="/playground/assets/page.js"></script>');
  return folder;
}

it("on a page of the server's own, a client without a token counts as who signed in", async () => {
  const app = await startOidcApp(await createSqliteDatabase(), { playgroundAssets: await buildPage() });
  // Chromium's own sandbox refuses to start as root.
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  atEnd(() => browser.close());
  const page = await browser.newPage();
  await page.goto(`${app.origin}/auth/sign-in`);
  await page.getByLabel("Name").fill("olga");
  await page.getByLabel("Password").fill("olga");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(app.url);
  await expect.poll(() => page.evaluate(() => "sdk" in globalThis), { timeout: 30_000 }).toBe(true);

  const use = () =>
    page.evaluate(async () => {
      const { createClient } = (globalThis as unknown as { readonly sdk: typeof Sdk }).sdk;
      const client = createClient({ url: "/graphql", retry: false });
      try {
        const { kind, name } = await client.viewer();
        const { value: revision } = await client.revisions().next();
        return { kind, name, revision };
      } catch (error) {
        return error instanceof Error ? error.name : "unknown";
      }
    });
  expect(await use()).toEqual({ kind: "OIDC", name: "Olga", revision: 1 });
  await page.evaluate(() => fetch("/auth/sign-out", { method: "POST" }));
  expect(await use()).toBe("AuthenticationError");
}, 120_000);
