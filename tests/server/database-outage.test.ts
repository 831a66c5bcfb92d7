import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { atEnd } from "../support/at-end.js";
import { Cable } from "../support/cable.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { freePort } from "../support/ports.js";
import { startProcess } from "../support/process.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const main = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));

let app: TestApp;
let cable: Cable;
const logLines: string[] = [];

beforeAll(async () => {
  const settings = await createMariadbDatabase();
  const port = await freePort();
  cable = new Cable(port, settings);
  await cable.plugIn();
  atEnd(() => cable.cut());
  app = await startApp({ ...settings, port, timeoutSeconds: 1 } as typeof settings, {
    onLog: (line) => logLines.push(line),
  });
});

const readiness = async () => {
  const response = await fetch(app.url.replace("/graphql", "/readyz"));
  return `${response.status} ${await response.text()}`;
};
const ask = async () => {
  const { status, data, errors } = await app.graphql(app.operator, "{ viewer { name } }", {}, { "x-request-id": "r" });
  return { status, data, errors };
};
const served = { status: 200, data: { viewer: { name: "test" } }, errors: undefined };

it("says so while its database is gone, and serves again without a restart", async () => {
  expect([await readiness(), await ask()]).toEqual(["200 ready\n", served]);
  await cable.cut();
  const message = "The database cannot be used right now. Try again in a moment.";
  expect(await readiness()).toBe(`503 not ready: ${message}\n`);
  expect(await ask()).toEqual({
    status: 503,
    data: undefined,
    errors: [{ message, extensions: { code: "UPSTREAM_UNAVAILABLE", requestId: "r" } }],
  });
  await cable.plugIn();
  expect(await waitFor(async () => (await readiness()) === "200 ready\n", { what: "the server to be ready" })).toBe(
    true,
  );
  expect(await ask()).toEqual(served);
});

it("keeps streams open while it cannot ask whether they may go on, and tells them of what comes after", async () => {
  const hangUp = new AbortController();
  const response = await fetch(`${app.url}/stream`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${app.operator}`,
      "content-type": "application/json",
      accept: "text/event-stream",
    },
    body: JSON.stringify({ query: "subscription { revisions }" }),
    signal: hangUp.signal,
  });
  let text = "";
  const reading = (async () => {
    for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk);
  })();
  reading.catch(() => {});
  await waitFor(() => text.includes('"revisions":'), { what: "the first event" });
  await cable.cut();
  const unknown = "A stream's credentials cannot be checked";
  await waitFor(() => logLines.some((line) => line.includes(unknown)), { what: "a check that fails" });
  await cable.plugIn();
  await waitFor(async () => (await readiness()) === "200 ready\n", { what: "the server to be ready" });
  await app.data(app.operator, `mutation { projectCreate(input: { name: "after-the-outage" }) { project { id } } }`);
  const { revision } = await app.data(app.operator, "{ revision }");
  await waitFor(() => text.includes(`"revisions":${revision}}`), { what: "the event of the new revision" });
  hangUp.abort();
});

it("ends in time when it is told to stop while the database accepts and says nothing", async () => {
  const { host, port: upstreamPort, name, user, password } = await createMariadbDatabase();
  const [port, listenPort, folder] = [await freePort(), await freePort(), await tempFolder("outage")];
  const cable = new Cable(port, { host, port: upstreamPort });
  await cable.plugIn();
  atEnd(() => cable.cut());
  const settings = join(folder, "server.yml");
  const database = { type: "mariadb", host: "127.0.0.1", port, name, user, password, timeoutSeconds: 1 };
  // JSON is YAML.
  await writeFile(settings, JSON.stringify({ listen: { port: listenPort }, database, shutdownSeconds: 1 }));
  const server = await startProcess({
    name: "server",
    command: process.execPath,
    args: [main, "serve", "--settings", settings],
    ready: { url: `http://127.0.0.1:${listenPort}/readyz` },
  });
  cable.hold(true);
  // What was asked and never answered keeps its connection from closing.
  expect((await fetch(`http://127.0.0.1:${listenPort}/readyz`)).status).toBe(503);
  expect(await server.stop()).toEqual({ code: 1, signal: null });
  expect(server.output).toContain("Stopping took longer than 2 s");
});

it("answers within its deadline while the database accepts and says nothing", async () => {
  cable.hold(true);
  const { status, errors } = await ask();
  expect([status, errors?.[0]?.extensions.code]).toEqual([503, "UPSTREAM_UNAVAILABLE"]);
  cable.hold(false);
  expect(await waitFor(async () => (await ask()).status === 200, { what: "the server to answer" })).toBe(true);
});
