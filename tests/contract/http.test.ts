import { serverAudits } from "graphql-http";
import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

let app: TestApp;
beforeAll(async () => {
  app = await startApp(await createSqliteDatabase());
});

it("audits", async () => {
  const fetchFn = (input: string, init?: RequestInit) =>
    fetch(input, { ...init, headers: { ...init?.headers, authorization: `Bearer ${app.operator}` } });
  const audits = serverAudits({ url: app.url, fetchFn });
  const results = await Promise.all(audits.map(async (audit) => ({ id: audit.id, name: audit.name, result: await audit.fn() })));
  console.log(audits.length, results.filter((r) => r.result.status !== "ok").map((r) => [r.id, r.name, r.result.status, r.result.reason]));
});
