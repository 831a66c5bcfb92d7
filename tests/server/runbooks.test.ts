import { beforeAll, expect, it } from "vitest";
import { allPacks } from "../../server/rules/packs/all-packs.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

let base: string;

beforeAll(async () => {
  const { url } = await startApp(await createSqliteDatabase());
  base = new URL(url).origin;
});

it("serves a page for each alert of the rule packs, to anybody", async () => {
  const names = allPacks.flatMap(({ rules }) => rules.map(({ name }) => name));
  const index = await (await fetch(`${base}/runbooks`)).text();
  for (const name of names) {
    expect(index).toContain(`<a href="/runbooks/${name}">${name}</a>`);
    const answer = await fetch(`${base}/runbooks/${name}`);
    expect([name, answer.status, answer.headers.get("content-type")]).toEqual([name, 200, "text/html; charset=utf-8"]);
  }
  const page = await (await fetch(`${base}/runbooks/NodeFilesystemFull`)).text();
  expect(page).toContain("<h1>NodeFilesystemFull</h1>");
  expect(page).toContain("<li><code>df -h</code> on the machine, then <code>du -xh");
  expect(page).toContain("node_filesystem_avail_bytes{fstype!~&#34;tmpfs");
  expect(page).toContain("97 %, unless your project sets another.");
});

it("says where the others are when there is none of the name, and shows nothing of it", async () => {
  const answer = await fetch(`${base}/runbooks/${encodeURIComponent("<script>")}`);
  expect([answer.status, answer.headers.get("content-security-policy")]).toEqual([
    404,
    expect.stringContaining("default-src 'none'"),
  ]);
  const text = await answer.text();
  expect(text).toContain('<a href="/runbooks">');
  expect(text).not.toContain("script>");
});
