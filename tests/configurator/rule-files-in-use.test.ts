import { readFile, stat, utimes, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { atEnd } from "../support/at-end.js";
import { freePort } from "../support/ports.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { aGlobalRule, anAlert, aProject } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

let server: GraphServer;

beforeEach(async () => {
  server = await startGraphServer();
});

const rulesOf = (name: string) => `prometheus/current/rules/${name}.yml`;
const project = (name: string, rule = "Down") => aProject(name, { rules: [anAlert(name, rule)] });
const inUse = async (machine: Workspace) =>
  Object.keys(await machine.files())
    .filter((path) => path.includes("/rules/"))
    .map((path) => path.replace(/.*\/rules\/(.*)\.yml/, "$1"));
const problems = () => server.reports.at(-1)?.problems.map(({ message }) => message);

describe("a rule file that somebody has changed", () => {
  let machine: Workspace;
  beforeEach(async () => {
    machine = await Workspace.make({ url: server.url, alertmanager: false, blackbox: false });
    server.put(project("a"), project("b"));
    server.setGlobalRules([aGlobalRule("Everywhere")]);
    await machine.once();
  });

  /** Changes a file in place, later than the agent wrote it. */
  async function edit(name: string, change: (text: string) => string): Promise<void> {
    const file = join(machine.directory, rulesOf(name));
    await writeFile(file, change(await readFile(file, "utf8")));
    const later = new Date((await stat(file)).mtimeMs + 1_000);
    await utimes(file, later, later);
  }
  const open = (text: string) => text.replace(/\{project.*?\}/, "");

  test("so that it reaches further is taken away, named, and written anew; the others stay", async () => {
    await edit("a", open);
    expect(await machine.once()).toEqual({ changed: true, reloaded: false, files: 1, refused: [], waiting: [] });
    expect(await inUse(machine)).toEqual(["_global", "b"]);
    expect(problems()).toEqual(['"Down": a selector lacks project="a" (the machine has none now)']);
    expect(server.reports.at(-1)?.problems[0]?.file).toBe("prometheus/rules/a.yml");

    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    expect(await inUse(machine)).toEqual(["_global", "a", "b"]);
    expect(await machine.read(rulesOf("a"))).toContain('up{project="a"} == 0');
    expect(problems()).toEqual([]);
    expect(await machine.once()).toEqual({ changed: false, reloaded: false, files: 0, refused: [], waiting: [] });
  });

  test("is written anew at once when the project changes too, or when everything is fetched", async () => {
    await edit("a", open);
    server.put(project("a", "Changed"));
    expect(await machine.once()).toMatchObject({ changed: true, files: 1 });
    expect(await machine.read(rulesOf("a"))).toContain('up{project="a"} == 0');
    expect(problems()).toEqual([]);
    await edit("a", open);
    await machine.base("prometheus", "global: {scrape_interval: 2s}\n");
    await machine.once();
    expect(await machine.read(rulesOf("a"))).toContain('up{project="a"} == 0');
  });

  test("is not what a project is held at when its new file is bad", async () => {
    await edit("a", open);
    server.put(
      { ...project("a"), rules: [anAlert("a", "Bad", { enforcedExpr: 'sum(up{project="a"}, 1)' })] },
      project("b", "New"),
    );
    await machine.once();
    expect(await inUse(machine)).toEqual(["_global", "b"]);
    expect(await machine.read(rulesOf("b"))).toContain("alert: New");
    expect(problems()).toEqual([
      expect.stringMatching(/^rules\/a\.yml: .*could not parse expression.* \(the machine has none now\)$/),
    ]);
    await machine.once();
    expect(await inUse(machine)).toEqual(["_global", "b"]);
    server.put(project("a"));
    await machine.once();
    expect(await inUse(machine)).toEqual(["_global", "a", "b"]);
    expect(problems()).toEqual([]);
  });

  test.each([
    [
      "the label of another project",
      "b",
      (text: string) => text.replace("project: b", "project: a"),
      '"Down": it lacks the label project="b"',
    ],
    ["another way of writing", "b", (text: string) => `# mine\n${text}`, "it is not as this agent writes it"],
    ["the operators' rules reading more", "_global", open, `"Everywhere": a selector lacks project!=""`],
  ])("is noticed: %s", async (_, name, change, message) => {
    await edit(name, change);
    await machine.once();
    expect(await inUse(machine)).not.toContain(name);
    expect(problems()).toEqual([`${message} (the machine has none now)`]);
    await machine.once();
    expect(await inUse(machine)).toEqual(["_global", "a", "b"]);
  });

  test("and still reads its project alone stays until the project changes", async () => {
    await edit("a", (text) => text.replace("== 0", "== 1"));
    expect(await machine.once()).toEqual({ changed: false, reloaded: false, files: 0, refused: [], waiting: [] });
    expect(await machine.read(rulesOf("a"))).toContain("== 1");
    server.put(project("a"));
    await machine.once();
    expect(await machine.read(rulesOf("a"))).toContain("== 0");
  });
});

/** Does as a Prometheus that loads everything, and prints what it is told to. */
async function startLiar() {
  const port = await freePort();
  const liar = { url: `http://127.0.0.1:${port}`, printed: (query: string) => query, reads: 0, answers: true };
  let loadedAt = 1;
  const http = createServer((request, response: ServerResponse) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      if (!liar.answers) return response.writeHead(503).end();
      if (request.url === "/-/reload") loadedAt++;
      if (request.url === "/metrics") {
        return response.end(
          `prometheus_config_last_reload_successful 1\nprometheus_config_last_reload_success_timestamp_seconds ${loadedAt}\n`,
        );
      }
      if (request.url !== "/api/v1/format_query") return response.end();
      liar.reads++;
      response.setHeader("content-type", "application/json");
      const data = liar.printed(new URLSearchParams(body).get("query") ?? "");
      return response.end(JSON.stringify({ status: "success", data }));
    });
  });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  atEnd(() => http.close());
  return liar;
}

describe("the Prometheus that is to load the rules", () => {
  const workspaceBefore = (url: string) =>
    Workspace.make({ url: server.url, prometheus: { urls: [url] }, alertmanager: false, blackbox: false });

  test("has a project held whose rules it reads as less confined; the others go on", async () => {
    const liar = await startLiar();
    const machine = await workspaceBefore(liar.url);
    server.put(project("a"), project("b"));
    await machine.once();
    liar.printed = (query) => query.replace('{project="a"}', "");
    server.put(
      { ...project("a", "New"), rules: [anAlert("a", "New", { enforcedExpr: 'up{project="a"} > 1' })] },
      project("b", "New"),
    );
    expect(await machine.once()).toMatchObject({ changed: true, files: 1, refused: [], waiting: [] });
    expect(await machine.read(rulesOf("a"))).toContain("alert: Down");
    expect(await machine.read(rulesOf("b"))).toContain("alert: New");
    expect(problems()).toEqual([
      'rules/a.yml: as Prometheus reads it, a selector lacks project="a" (the machine keeps what it had of this file)',
    ]);
    liar.printed = (query) => query;
    server.put(project("a", "Newer"));
    await machine.once();
    expect(await machine.read(rulesOf("a"))).toContain("alert: Newer");
    expect(problems()).toEqual([]);
  });

  test("is asked later where it did not answer, and what it then reads otherwise is taken away", async () => {
    const liar = await startLiar();
    liar.answers = false;
    const machine = await workspaceBefore(liar.url);
    server.put(project("a"), project("b"));
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [{}] });
    expect(await inUse(machine)).toEqual(["a", "b"]);
    expect(machine.state.unread).toEqual(["a", "b"]);

    liar.answers = true;
    liar.printed = (query) => query.replace('{project="b"}', "");
    expect(await machine.once()).toMatchObject({ changed: true, files: 1, refused: [], waiting: [] });
    expect(await inUse(machine)).toEqual(["a"]);
    expect(machine.state.unread).toEqual([]);
    expect(problems()).toEqual(['as Prometheus reads it, a selector lacks project="b" (the machine has none now)']);
    expect(await machine.once()).toMatchObject({ changed: true });
    expect(await inUse(machine)).toEqual(["a"]);
    expect(problems()).toEqual([expect.stringMatching(/^rules\/b\.yml: as Prometheus reads it/)]);

    const reads = liar.reads;
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(liar.reads).toBe(reads);
  });

  test("is asked about many that are unread when there is nothing else to do", async () => {
    const liar = await startLiar();
    liar.answers = false;
    const machine = await workspaceBefore(liar.url);
    const names = Array.from({ length: 53 }, (_, index) => `p${10 + index}`);
    server.put(...names.map((name) => project(name)));
    await machine.once();
    expect(machine.state.unread).toEqual(names);
    liar.answers = true;
    server.put(project("p10", "New"));
    await machine.once();
    expect(machine.state.unread).toEqual(names.slice(50));
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(machine.state.unread).toEqual([]);
  });

  test("is asked once about a project that changed, and about no other", async () => {
    const liar = await startLiar();
    const machine = await workspaceBefore(liar.url);
    server.put(...["a", "b", "c", "d"].map((name) => project(name)));
    await machine.once();
    expect(liar.reads).toBe(4);
    server.put(project("c", "New"));
    await machine.once();
    expect(liar.reads).toBe(5);
  });

  test("may be a real one, which reads all of it as this agent does", async () => {
    const port = await freePort();
    const machine = await workspaceBefore(`http://127.0.0.1:${port}`);
    server.put(project("a"));
    expect(await machine.once()).toMatchObject({ waiting: [{}] });
    expect(machine.state.unread).toEqual(["a"]);
    const prometheus: Prometheus = await startPrometheus({
      port,
      configFile: join(machine.directory, "prometheus/current/prometheus.yml"),
    });
    server.setGlobalRules([aGlobalRule("Everywhere", { expr: 'sum by (project) (up{project!=""}) > 1' })]);
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(machine.state.unread).toEqual([]);
    const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: { name: string }[] };
    expect(groups.map(({ name }) => name)).toEqual([
      expect.stringContaining("_platform/release/2/"),
      "_global/default",
      "a/default",
      "_platform/watchdog",
    ]);
  });
});
