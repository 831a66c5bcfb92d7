import { execFile } from "node:child_process";
import { readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { tempFolder } from "../support/temp-folder.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

it("the README's program compiles and does what it says, on a real server", async () => {
  const readme = await readFile(join(root, "sdk/README.md"), "utf8");
  const program = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join("\n");
  const folder = await tempFolder("readme");
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
  await writeFile(join(folder, "readme.ts"), program);
  const options = ["--strict", "--target", "ES2022", "--module", "NodeNext", "--lib", "ES2022,DOM", "--types", "node"];
  await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), ...options, "readme.ts"], {
    cwd: folder,
  }).catch(({ stdout }: { stdout: string }) => expect.fail(stdout));

  const alertmanager = await startAlertmanager();
  const app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am", url: alertmanager.url }] }],
  });
  const env = {
    ...process.env,
    METRICSINFRA_URL: app.url,
    METRICSINFRA_TOKEN: await app.token("OPERATOR"),
    METRICSINFRA_AGENT_TOKEN: await app.token("AGENT"),
  };
  const { stdout } = await run(process.execPath, ["readme.js"], { cwd: folder, env });
  expect(stdout.trim().split("\n")).toEqual([
    "I am test (OPERATOR).",
    "front and Down are revision 4.",
    expect.stringMatching(/^Removing it would change \d+ fields\.$/),
    "Keep one of 2 secrets.",
    "Down fires after 10m",
    "1 1 false 1",
    "1 field would be as test once made it.",
    expect.stringMatching(/^sil_\w+ has ended$/),
    "0 alerts now, and rules that could raise more: 1",
    "note: It matches no alert now, as far as you may read them.",
    expect.stringMatching(/^TAKEN input\.name /),
    "TAKEN",
    "0 alerts fire.",
    "The configuration is at revision 5.",
    "shop 1 jobs, 1 rules",
    "[ 'Down' ]",
    "5 0 200",
    expect.stringMatching(/^DeleteProject 200 \d+ ms$/),
  ]);
}, 60_000);
