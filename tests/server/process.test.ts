import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createMariadbDatabase } from "../support/mariadb.js";
import { freePort } from "../support/ports.js";
import { startProcess } from "../support/process.js";
import { subscribe } from "../support/subscriber.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";

const main = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));

interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command of the server to its end. */
async function run(...args: string[]): Promise<Run> {
  const child = await startProcess({ name: "server", command: process.execPath, args: [main, ...args] });
  const { code } = await child.exited;
  return { code, output: child.output };
}

describe("the server as a process", () => {
  let folder = "";
  let settings = "";
  let url = "";
  const start = () =>
    startProcess({
      name: "server",
      command: process.execPath,
      args: [main, "serve", "--settings", settings],
      ready: { url: `${url}/readyz` },
    });
  const ask = async (token: string, query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    return response.json();
  };

  beforeAll(async () => {
    folder = await tempFolder("server");
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    settings = join(folder, "server.yml");
    await writeFile(
      settings,
      `listen: { port: ${port} }\ndatabase: { type: sqlite, file: ${join(folder, "db.sqlite")} }\n`,
    );
  });

  it("makes the first token on the command line, serves with it, and keeps what was written over kill -9", async () => {
    const { code, output } = await run("token", "-s", settings, "-n", "first", "-r", "OPERATOR");
    const token = output.trim();
    expect([code, token]).toEqual([0, expect.stringMatching(/^mi_[\w-]{43}$/)]);
    const server = await start();
    const created = await ask(token, `mutation { projectCreate(input: { name: "kept" }) { userErrors { message } } }`);
    expect(created.data).toEqual({ projectCreate: { userErrors: [] } });
    const logged = await ask(
      token,
      `{ auditEntries(filter: { entityType: "ApiToken" }) { nodes { action actor actorKind source after } } }`,
    );
    const after = { name: "first", role: "OPERATOR", expiresAt: null, rotatedAt: null, previousExpiresAt: null };
    expect(logged.data.auditEntries.nodes).toEqual([
      {
        action: "CREATE",
        actor: "command line",
        actorKind: "COMMAND_LINE",
        source: null,
        after: { ...after, revokedAt: null },
      },
    ]);
    server.signal("SIGKILL");
    await server.exited;
    const again = await start();
    expect((await ask(token, `{ project(name: "kept") { name } }`)).data).toEqual({ project: { name: "kept" } });
    expect(await again.stop()).toEqual({ code: 0, signal: null });
  });

  it("answers health, readiness and metrics, and ends open streams on SIGTERM", async () => {
    const token = (await run("token", "-s", settings, "-n", "agent", "-r", "AGENT")).output.trim();
    const server = await start();
    const text = async (path: string) => (await fetch(url + path)).text();
    expect([await text("/healthz"), await text("/readyz")]).toEqual(["ok\n", "ready\n"]);
    await ask(token, "{ revision }");
    expect(await text("/metrics")).toMatch(
      /metricsinfra_graphql_operation_duration_seconds_count\{kind="query",failed="false"\} 1/,
    );
    const stream = await subscribe(`${url}/graphql`, token, "subscription { revisions }");
    expect(await stream.first(1)).toEqual([{ data: { revisions: expect.any(Number) } }]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await waitFor(() => stream.isEnded, { what: "the stream to end" });
  });

  it("logs one JSON object per line, without secrets", async () => {
    const token = (await run("token", "-s", settings, "-n", "logged", "-r", "READER")).output.trim();
    const server = await start();
    await ask(token, "{ viewer { name } }");
    await server.stop();
    const lines = server.output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).msg);
    expect(lines).toEqual(["Serving", "Stopping", "Stopped"]);
    expect(server.output).not.toContain(token);
  });

  it("exits with one clear message when its settings are wrong, its port is taken or its file is in use", async () => {
    const wrong = join(folder, "wrong.yml");
    await writeFile(wrong, "database: { type: sqlite, file: x }\ncolour: red\n");
    expect(await run("serve", "-s", wrong)).toEqual({
      code: 1,
      output: `${wrong}:2: colour: unknown key. See the example file for all keys.\n`,
    });
    expect(await run("check-settings", "-s", settings)).toEqual({ code: 0, output: `${settings} is valid.\n` });
    const server = await start();
    const database = join(folder, "db.sqlite");
    expect(await run("serve", "-s", settings)).toEqual({
      code: 1,
      output: `${database} is in use by another server. SQLite serves one; use MariaDB to run several.\n`,
    });
    const other = join(folder, "other.yml");
    await writeFile(other, (await readFile(settings, "utf8")).replace("db.sqlite", "other.sqlite"));
    const taken = await run("serve", "-s", other);
    expect([taken.code, taken.output]).toEqual([1, `${url.slice("http://".length)} is in use by another program.\n`]);
    await server.stop();
  });
});

describe("two servers on one MariaDB", () => {
  it("share what is written through either of them", async () => {
    const folder = await tempFolder("server");
    const database = await createMariadbDatabase();
    const ports = [await freePort(), await freePort()];
    const files = await Promise.all(
      ports.map(async (port, index) => {
        const file = join(folder, `${index}.yml`);
        await writeFile(file, JSON.stringify({ listen: { port }, database }));
        return file;
      }),
    );
    const servers = await Promise.all(
      files.map((file, index) =>
        startProcess({
          name: `server ${index}`,
          command: process.execPath,
          args: [main, "serve", "-s", file],
          ready: { url: `http://127.0.0.1:${ports[index]}/readyz` },
        }),
      ),
    );
    const token = (await run("token", "-s", files[0] ?? "", "-n", "first", "-r", "OPERATOR")).output.trim();
    const ask = async (port: number | undefined, query: string) =>
      (
        await fetch(`http://127.0.0.1:${port}/graphql`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ query }),
        })
      ).json();
    await ask(ports[0], `mutation { projectCreate(input: { name: "shared" }) { revision } }`);
    expect((await ask(ports[1], `{ project(name: "shared") { name } }`)).data).toEqual({ project: { name: "shared" } });
    await Promise.all(servers.map((server) => server.stop()));
  });
});
