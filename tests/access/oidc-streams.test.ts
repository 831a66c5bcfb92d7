import { beforeAll, expect, it } from "vitest";
import { createSqliteDatabase } from "../support/databases.js";
import { apiAudience } from "../support/oidc-provider.js";
import { type OidcApp, startOidcApp } from "./oidc-app.js";

let app: OidcApp;
let clockMs = 0;
beforeAll(async () => {
  app = await startOidcApp(await createSqliteDatabase(), { now: () => new Date(Date.now() + clockMs) });
});

/** Opens a stream; it gives what came over it until it ended, and fails if that takes longer than it may. */
async function openStream(credentials: Record<string, string>): Promise<() => Promise<string>> {
  const response = await fetch(`${app.url}/stream`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/event-stream", ...credentials },
    body: JSON.stringify({ query: "subscription { revisions }" }),
    signal: AbortSignal.timeout(25_000),
  });
  expect(response.status).toBe(200);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  return async () => {
    for (;;) {
      const { done, value = "" } = (await reader?.read()) ?? { done: true };
      if (done) return text;
      text += value;
    }
  };
}

it("the stream of a session ends when its browser signs out", async () => {
  const { browser } = await app.signedIn("olga");
  const cookie = `__Host-session=${browser.cookies.get("__Host-session")}`;
  const end = await openStream({ cookie, origin: app.origin });
  await app.ask(browser, "", app.origin, "/auth/sign-out");
  expect(await end()).not.toContain("event: complete");
});

it("the stream of a JWT ends with it", async () => {
  const token = await app.provider.sign({ sub: "olga", aud: apiAudience, groups: ["sre"] });
  const end = await openStream({ authorization: `Bearer ${token}` });
  clockMs = 700_000;
  expect(await end()).not.toContain("event: complete");
});
