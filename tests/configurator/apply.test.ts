import { chmod, readdir, readlink, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { startStandIn } from "../clients/stand-in.js";
import { aGlobalRule, aGroup, aJob, anAlert, aProject, aTier } from "./support/config.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { alertmanagerBase, Workspace, withoutTags } from "./support/workspace.js";

let server: GraphServer;
let machine: Workspace;

beforeEach(async () => {
  server = await startGraphServer();
  machine = await Workspace.make({ url: server.url });
});

const email = (value: string) => ({ type: "EMAIL" as const, value, sendResolved: true, secret: null });
const token = { type: "WEBHOOK" as const, value: "https://example.org/", sendResolved: true, secret: "s3cret" };

const full = (name: string) =>
  aProject(name, {
    scrapeJobs: [aJob("node"), aJob("ping", { probe: { __typename: "IcmpProbe", ipProtocol: "ANY" } })],
    rules: [anAlert(name, "Down")],
    contactGroups: [aGroup("admins", [email(`${name}@example.org`), token])],
    defaultContactGroup: { id: "cgr_admins", name: "admins" },
  });

const pathsOf = (name: string) => [
  `prometheus/current/rules/${name}.yml`,
  `prometheus/targets/default/${name}.json`,
  `blackbox/current/projects/${name}.json`,
  `alertmanager/current/projects/${name}.json`,
  `alertmanager/current/secrets/${name}.cgr_admins`,
];
const mainPaths = [
  "prometheus/current/prometheus.yml",
  "prometheus/current/watchdog.yml",
  "blackbox/current/blackbox.yml",
  "alertmanager/current/alertmanager.yml",
];

describe("one cycle", () => {
  test("writes all of a project, then touches nothing until something changes, with one request", async () => {
    server.put(full("a"), full("b"));
    const first = await machine.once();
    expect(first).toEqual({ changed: true, reloaded: false, files: 14, refused: [], waiting: [] });
    const files = await machine.files();
    expect(Object.keys(files).map(withoutTags).sort()).toEqual([...mainPaths, ...pathsOf("a"), ...pathsOf("b")].sort());
    expect(machine.state).toMatchObject({ revision: 2, appliedRevision: 2, problems: {} });
    expect(server.operations).toEqual([
      "ListChangedProjects",
      "GetEgressPolicy",
      "ReportAgent",
      "TakeAgentTurn",
      "ReportAgent",
    ]);
    expect(server.reports.map(({ state, appliedRevision }) => [state, appliedRevision])).toEqual([
      ["APPLYING", 0],
      ["SYNCED", 2],
    ]);

    const stamps = await timesOf(machine);
    server.operations.length = 0;
    expect(await machine.once()).toEqual({ changed: false, reloaded: false, files: 0, refused: [], waiting: [] });
    expect(server.operations).toEqual(["ListChangedProjects"]);
    expect(await timesOf(machine)).toEqual(stamps);
  });

  test("of a server that holds nothing writes the main files, and then nothing more", async () => {
    await machine.once();
    expect(
      Object.keys(await machine.files())
        .map(withoutTags)
        .sort(),
    ).toEqual([...mainPaths].sort());
    const stamps = await timesOf(machine);
    server.operations.length = 0;
    expect(await machine.once()).toEqual({ changed: false, reloaded: false, files: 0, refused: [], waiting: [] });
    expect(server.operations).toEqual(["ListChangedProjects"]);
    expect(await timesOf(machine)).toEqual(stamps);
  });

  test("keeps secrets in files of their own, and all that it writes from everybody but the agent's user", async () => {
    server.put(full("a"));
    await machine.once();
    const files = await machine.files();
    expect(await machine.secrets()).toEqual([["alertmanager/current/secrets/a.cgr_admins", "s3cret"]]);
    const others = Object.entries(files).filter(([path]) => !path.includes("/secrets/"));
    expect(others.filter(([, text]) => text.includes("s3cret"))).toEqual([]);
    expect(await machine.read("state.json")).not.toContain("s3cret");
    expect(await openToOthers(machine)).toEqual([]);
  });

  test("takes from others what an earlier version let them read", async () => {
    server.put(full("a"), full("b"));
    await machine.once();
    for (const { path, isFolder } of await entriesOf(machine)) await chmod(path, isFolder ? 0o755 : 0o644);
    expect((await openToOthers(machine)).length).toBeGreaterThan(20);
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(await openToOthers(machine)).toEqual([]);
  });

  test("of one changed project writes its files alone; unchanged ones are the same files as before", async () => {
    server.put(full("a"), full("b"));
    await machine.once();
    const inode = async (name: string) => (await stat(join(machine.directory, `prometheus/current/rules/${name}`))).ino;
    const before = [await inode("a.yml"), await inode("b.yml")];
    server.put({ ...full("b"), rules: [anAlert("b", "Other")] });
    expect(await machine.once()).toMatchObject({ changed: true, files: 1 });
    const after = [await inode("a.yml"), await inode("b.yml")];
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
    expect(await readlink(join(machine.directory, "prometheus/current"))).toBe("releases/3-1");
    expect(await machine.releases("prometheus")).toEqual(["2-1", "3-1"]);
    expect(await machine.releases("alertmanager")).toEqual(["2-1"]);
    server.put({ ...full("b"), rules: [anAlert("b", "Third")] });
    await machine.once();
    expect(await machine.releases("prometheus")).toEqual(["3-1", "4-1"]);
  });

  test("of changed targets writes one file and makes no release", async () => {
    server.put(full("a"));
    await machine.once();
    const release = await readlink(join(machine.directory, "prometheus/current"));
    server.put({ ...full("a"), scrapeJobs: [aJob("other"), ...full("a").scrapeJobs.slice(1)] });
    expect(await machine.once()).toMatchObject({ changed: true, files: 1 });
    expect(await readlink(join(machine.directory, "prometheus/current"))).toBe(release);
    expect(await machine.read("prometheus/targets/default/a.json")).toContain(`"job": "other"`);
  });

  test("moves a project's targets when its limit tier changes", async () => {
    server.limitTiers = [aTier(), aTier("large")];
    server.put(full("a"));
    await machine.once();
    server.put({ ...full("a"), limitTier: "large" });
    await machine.once();
    const targets = Object.keys(await machine.files())
      .map(withoutTags)
      .filter((path) => path.includes("/targets/"));
    expect(targets).toEqual(["prometheus/targets/large/a.json"]);
  });

  test("renders anew what a limit tier of the server is part of, and goes back to one question", async () => {
    server.limitTiers = [aTier(), aTier("large")];
    server.put(full("a"), { ...full("b"), limitTier: "large" });
    await machine.once();
    const before = await machine.files();
    server.limitTiers = [
      aTier(),
      aTier("large", { samplesPerScrape: 7, seriesPerRule: 8, scrapeInterval: "5m", leastRuleInterval: "2m" }),
    ];
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ changed: true, files: 2, refused: [], waiting: [] });
    const after = await machine.files();
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(changed.sort()).toEqual(["prometheus/current/prometheus.yml", "prometheus/current/rules/b.yml"]);
    const limitsOf = (text = "") => [...text.matchAll(/sample_limit: (\d+)/g)].map(([, limit]) => limit);
    expect(limitsOf(after["prometheus/current/prometheus.yml"])).toEqual(["10000", "7"]);
    expect(after["prometheus/current/rules/b.yml"]).toContain("limit: 8\n");
    expect(server.operations.filter((each) => each === "ListChangedProjects")).toHaveLength(2);
    // So that it goes in turn, though its revision is the same.
    const [first, second] = server.turns;
    expect(second).toMatchObject({
      revision: first?.revision,
      rendering: expect.not.stringMatching(`${first?.rendering}`),
    });
    const told = server.reports.map(({ rendering }) => rendering);
    expect(told).toEqual([undefined, first?.rendering, first?.rendering, second?.rendering]);
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(server.operations).toEqual(["ListChangedProjects"]);
  });

  test("gives projects whose limit tier is gone the default one, and says so", async () => {
    server.limitTiers = [aTier(), aTier("large")];
    server.put({ ...full("a"), limitTier: "large" });
    await machine.once();
    server.limitTiers = [aTier()];
    expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
    const targets = Object.keys(await machine.files())
      .map(withoutTags)
      .filter((path) => path.includes("/targets/"));
    expect(targets).toEqual(["prometheus/targets/default/a.json"]);
    const message = `The server's settings hold no limit tier "large"; the limits of "default" apply.`;
    expect(server.reports.at(-1)?.problems).toEqual([{ project: "prj_a", message }]);
  });

  test.each([
    ["none named default", [aTier("large")], 'the server names no limit tier "default"'],
    ["a name that leaves the folder", [aTier(), aTier("../x")], `the server's limit tier "../x" cannot be meant`],
    ["a limit of 0", [aTier("default", { bodyBytes: 0 })], `the server's limit tier "default" cannot be meant`],
    ["no interval", [aTier("default", { scrapeInterval: "" })], `the server's limit tier "default" cannot be meant`],
  ])("changes nothing when the server's limit tiers are nonsense: %s", async (_what, tiers, message) => {
    server.put(full("a"));
    await machine.once();
    const before = await machine.files();
    server.limitTiers = tiers;
    server.put(full("b"));
    await expect(machine.once()).rejects.toThrow(message);
    expect(await machine.files()).toEqual(before);
    expect(server.reports.at(-1)).toMatchObject({ state: "FAILED", problems: [{ message }] });
  });

  test("minds no limit tier where it writes nothing for Prometheus", async () => {
    machine = await Workspace.make({ url: server.url, prometheus: false });
    server.put(full("a"));
    await machine.once();
    const { rendering, ...before } = machine.state;
    server.limitTiers = [aTier("default", { samplesPerScrape: 7 })];
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(server.operations).toEqual(["ListChangedProjects"]);
    // Nobody waits for it: what it runs would be the same by the new ones.
    const { rendering: later, ...after } = machine.state;
    expect(after).toEqual(before);
    expect([rendering, later]).toEqual([server.turns[0]?.rendering, expect.not.stringMatching(`${rendering}`)]);
  });

  test("removes a deleted project, and keeps one that was made again under its name", async () => {
    server.put(full("a"), full("b"));
    await machine.once();
    server.put({ name: "a", gone: true }, { name: "b", gone: true }, { ...full("b"), id: "prj_second_b" });
    await machine.once();
    expect(
      Object.keys(await machine.files())
        .map(withoutTags)
        .sort(),
    ).toEqual([...mainPaths, ...pathsOf("b")].sort());
  });

  test("fetches more projects than a page holds", async () => {
    const names = Array.from({ length: 250 }, (_, index) => `p${index}`);
    server.put(...names.map((name) => aProject(name, { rules: [anAlert(name, "Down")] })));
    await machine.once();
    expect(server.operations.filter((each) => each === "ListChangedProjects")).toHaveLength(3);
    const rules = Object.keys(await machine.files())
      .map(withoutTags)
      .filter((path) => path.includes("/rules/"));
    expect(rules.sort()).toEqual(names.map((name) => `prometheus/current/rules/${name}.yml`).sort());
  });

  test("ends with the newest of what changes while it fetches", async () => {
    const names = Array.from({ length: 150 }, (_, index) => `p${index}`);
    server.put(...names.map(full));
    server.afterPage = () => {
      server.afterPage = undefined;
      server.put({ ...full("p0"), rules: [anAlert("p0", "Newer")], contactGroups: [] }, { name: "p1", gone: true });
    };
    await machine.once();
    const files = await machine.files();
    const gone = [...pathsOf("p0").slice(3), ...pathsOf("p1")];
    const expected = [...mainPaths, ...names.flatMap(pathsOf)].filter((path) => !gone.includes(path));
    expect(Object.keys(files).map(withoutTags).sort()).toEqual(expected.sort());
    expect(files["prometheus/current/rules/p0.yml"]).toContain("Newer");
    await machine.once();
    expect(await machine.files()).toEqual(files);
    expect(machine.state.appliedRevision).toBe(server.revision);
  });

  test("writes global rules when they change, and removes their file when there are none", async () => {
    server.setGlobalRules([aGlobalRule("TargetDown")]);
    await machine.once();
    expect(await machine.read("prometheus/current/rules/_global.yml")).toContain("alert: TargetDown");
    server.put(full("a"));
    server.operations.length = 0;
    await machine.once();
    expect(server.operations).not.toContain("ListGlobalRules");
    expect(await machine.read("prometheus/current/rules/_global.yml")).toContain("alert: TargetDown");
    server.setGlobalRules([]);
    await machine.once();
    expect(Object.keys(await machine.files()).map(withoutTags)).not.toContain("prometheus/current/rules/_global.yml");
  });

  test("writes everything anew when settings or a base file changed, and when its state is lost", async () => {
    server.put(full("a"));
    await machine.once();
    await machine.base("prometheus", "global: {scrape_interval: 2s}\n");
    expect(await machine.once()).toMatchObject({ changed: true, files: 1 });
    expect(await machine.read("prometheus/current/prometheus.yml")).toMatch(/scrape_interval: 2s/);
    await machine.configure({ url: server.url, alertmanager: { continue: true } });
    expect(await machine.once()).toMatchObject({ changed: true, files: 2 });
    expect(await machine.read("alertmanager/current/alertmanager.yml")).toContain("continue: true");
    const files = await machine.files();
    await rm(join(machine.directory, "state.json"));
    expect(await machine.once()).toMatchObject({ changed: true, files: 0 });
    await writeFile(join(machine.directory, "state.json"), "{broken");
    expect(await machine.once()).toMatchObject({ changed: true, files: 0 });
    expect(await machine.files()).toEqual(files);
    expect(machine.state.appliedRevision).toBe(1);
  });

  test("puts right what is missing below its directory", async () => {
    server.put(full("a"));
    await machine.once();
    const files = await machine.files();
    await rm(join(machine.directory, "prometheus"), { recursive: true });
    await machine.once();
    expect(await machine.files()).toEqual(files);
  });

  test("asks a server that is behind for everything, as after a restore from a backup", async () => {
    server.put(full("a"), full("b"), full("c"));
    await machine.once();
    server.forget();
    server.put(full("a"));
    await machine.once();
    expect(
      Object.keys(await machine.files())
        .map(withoutTags)
        .sort(),
    ).toEqual([...mainPaths, ...pathsOf("a")].sort());
    expect(machine.state.appliedRevision).toBe(1);
  });

  test("writes only the outputs that its settings name", async () => {
    server.put(full("a"));
    const [first] = [await Workspace.make({ url: server.url, prometheus: false })];
    await first.once();
    expect(Object.keys(await first.files()).every((path) => path.startsWith("alertmanager/"))).toBe(true);
    expect(server.reports.at(-1)?.outputs).toEqual(["ALERTMANAGER"]);
    const second = await Workspace.make({ url: server.url, alertmanager: false, blackbox: false });
    await second.once();
    expect(Object.keys(await second.files()).every((path) => path.startsWith("prometheus/"))).toBe(true);
    expect(server.reports.at(-1)?.outputs).toEqual(["PROMETHEUS"]);
    expect(server.reports.at(-1)?.problems).toEqual([
      { project: "prj_a", message: `Scrape job "ping" is left out: this agent has no blackbox exporter.` },
    ]);
  });
});

describe("targets", () => {
  const small = (name: string, port = 1) => {
    const staticTargets = [{ host: "192.0.2.1", port, labels: {} }];
    return aProject(name, { scrapeJobs: [aJob("node", { staticTargets })], rules: [anAlert(name, "Down")] });
  };
  /** By project the port that is scraped. */
  const targets = async () => {
    const files = Object.entries(await machine.files()).filter(([path]) => path.startsWith("prometheus/targets/"));
    return Object.fromEntries(
      files.map(([path, text]) => [path.split("/").at(-1), Number(/192\.0\.2\.1:(\d+)/.exec(text)?.[1])]),
    );
  };

  /** A Prometheus that can be made to say that it is not ready, while it goes on with what it runs. */
  async function startPrometheus(): Promise<{ isReady: boolean }> {
    const prometheus = { isReady: true };
    let loads = 1;
    const { url } = await startStandIn(({ url }, response) => {
      if (url === "/-/reload" && !prometheus.isReady) response.writeHead(503);
      else if (url === "/-/reload") loads++;
      const name = "prometheus_config_last_reload_success";
      response.end(`${name}ful 1\n${name}_timestamp_seconds ${loads}\n`);
    });
    await machine.configure({ url: server.url, prometheus: { urls: [url] }, blackbox: false, alertmanager: false });
    return prometheus;
  }

  test("of a project that moved away stay until Prometheus has loaded the config that drops its alerts", async () => {
    const prometheus = await startPrometheus();
    server.put(small("a"), small("b"));
    await machine.once();
    prometheus.isReady = false;
    server.moveAway("a");
    const waiting = await machine.once();
    expect(waiting).toMatchObject({ refused: [], waiting: [{ message: expect.stringContaining("is not ready") }] });
    expect(await machine.read("prometheus/current/prometheus.yml")).toContain("action: drop");
    expect(await targets()).toEqual({ "a.json": 1, "b.json": 1 });
    expect(machine.state.revision).toBe(2);
    server.put(small("b", 2));
    await machine.once();
    expect(await targets()).toEqual({ "a.json": 1, "b.json": 2 });
    prometheus.isReady = true;
    await machine.once();
    expect(await targets()).toEqual({ "b.json": 2 });
    expect(machine.state).toMatchObject({ revision: 4, appliedRevision: 4 });
  });

  test("of a project that moved away stay while that config is refused; the others' change", async () => {
    await startPrometheus();
    server.put(small("a"), small("b"));
    await machine.once();
    await machine.base("prometheus", "scrape_configs: 5\n");
    server.moveAway("a");
    server.put(small("b", 2));
    expect((await machine.once()).refused).toHaveLength(1);
    expect(await targets()).toEqual({ "a.json": 1, "b.json": 2 });
    await machine.base("prometheus", "global: {scrape_interval: 1s}\n");
    await machine.once();
    expect(await targets()).toEqual({ "b.json": 2 });
  });

  test("of a project stay in its tier until Prometheus reads the new one", async () => {
    const prometheus = await startPrometheus();
    server.put(small("a"), small("b"));
    await machine.once();
    const paths = async () =>
      Object.keys(await machine.files()).filter((path) => path.startsWith("prometheus/targets/"));
    const [before, after] = [
      ["default/a", "default/b"],
      ["big/a", "default/b"],
    ].map((names) => names.map((name) => `prometheus/targets/${name}.json`));
    server.limitTiers = [aTier(), aTier("big")];
    server.put({ ...small("a"), limitTier: "big" });
    await machine.base("prometheus", "scrape_configs: 5\n");
    expect((await machine.once()).refused).toHaveLength(1);
    expect(await paths()).toEqual(before);
    await machine.base("prometheus", "global: {scrape_interval: 1s}\n");
    prometheus.isReady = false;
    expect((await machine.once()).waiting).toHaveLength(1);
    expect(await paths()).toEqual(before);
    prometheus.isReady = true;
    await machine.once();
    expect((await paths()).sort()).toEqual(after);
    expect(machine.state.appliedRevision).toBe(server.revision);
  });

  test("stay with the scrape configs that are held, so that none is scraped twice or by nobody; without those they change", async () => {
    const credentials = { kind: "BEARER_TOKEN" as const, username: null, secret: "t0ken", secretProblem: null };
    const job = (isSecret: boolean, port: number) =>
      aJob("node", {
        staticTargets: [{ host: "192.0.2.1", port, labels: {} }],
        ...(isSecret ? { scheme: "HTTPS", credentials } : {}),
      });
    const bad = anAlert("a", "Bad", { for: "1x" });
    const scraped = async (isSecret: boolean, port: number, rules = [anAlert("a", "Down")]) => {
      server.put(aProject("a", { scrapeJobs: [job(isSecret, port)], rules }));
      await machine.once();
      const text = Object.entries(await machine.files()).filter(([path]) => /(targets|scrapes)\/.*a\.json$/.test(path));
      return text.map(([path, text]) => [path.split("/").at(-2), Number(/192\.0\.2\.1:(\d+)/.exec(text)?.[1])]);
    };
    expect(await scraped(false, 1)).toEqual([["default", 1]]);
    expect(await scraped(true, 2, [bad])).toEqual([["default", 1]]);
    expect(await scraped(false, 3, [bad])).toEqual([["default", 3]]);
    expect(await scraped(true, 4)).toEqual([["scrapes", 4]]);
    expect(await scraped(false, 5, [bad])).toEqual([["scrapes", 4]]);
    expect(await scraped(false, 6)).toEqual([["default", 6]]);
  });
});

describe("one bad project", () => {
  const badRule = (name: string) => anAlert(name, "Bad", { enforcedExpr: `sum(up{project="${name}"}, 1)` });
  const badProbe = aJob("web", {
    probe: {
      __typename: "HttpProbe",
      method: "GET",
      path: "/",
      hostHeader: null,
      headers: {},
      followRedirects: true,
      validStatusCodes: [],
      bodyMatches: "(",
      bodyNotMatches: null,
      verifyTls: true,
      ipProtocol: "ANY",
    },
  });

  test("is held at its last good rule file; the others go on, and it is told why until it is mended", async () => {
    server.put(full("a"), full("b"));
    await machine.once();
    const good = await machine.read("prometheus/current/rules/a.yml");
    server.put({ ...full("a"), rules: [badRule("a")] }, { ...full("b"), rules: [anAlert("b", "New")] });
    expect(await machine.once()).toMatchObject({ changed: true, files: 1, refused: [] });
    expect(await machine.read("prometheus/current/rules/a.yml")).toBe(good);
    expect(await machine.read("prometheus/current/rules/b.yml")).toContain("alert: New");
    const told = server.reports.at(-1);
    expect(told?.state).toBe("SYNCED");
    expect(told?.problems).toEqual([
      {
        project: "prj_a",
        file: "prometheus/rules/a.yml",
        message: expect.stringMatching(
          /^rules\/a\.yml: .*group "a\/default", rule 1, "Bad": could not parse expression: .* \(the machine keeps what it had of this file\)$/,
        ),
      },
    ]);
    expect(machine.state.appliedRevision).toBe(4);

    server.put(full("c"));
    await machine.once();
    expect(server.reports.at(-1)?.problems).toEqual(told?.problems);
    server.put(full("a"));
    await machine.once();
    expect(server.reports.at(-1)?.problems).toEqual([]);
  });

  test("is still held and spoken of while nothing can be tried", async () => {
    server.put(full("a"), full("b"));
    await machine.once();
    server.put({ ...full("a"), rules: [badRule("a")] });
    await machine.once();
    const { held, problems } = machine.state;
    expect([held.map(({ name }) => name), Object.keys(problems)]).toEqual([["a"], ["prj_a"]]);
    await machine.base("prometheus", "scrape_configs: 5\n");
    server.put({ ...full("a"), rules: [badRule("a")] });
    expect((await machine.once()).refused).toHaveLength(1);
    expect([machine.state.held, machine.state.problems]).toEqual([held, problems]);
  });

  test("is no longer spoken of once it is deleted", async () => {
    server.put({ ...full("a"), rules: [badRule("a")] });
    await machine.once();
    expect(server.reports.at(-1)?.problems).toHaveLength(1);
    server.put({ name: "a", gone: true });
    await machine.once();
    expect(server.reports.at(-1)?.problems).toEqual([]);
  });

  test("that never had a good file has none", async () => {
    server.put({ ...full("a"), rules: [badRule("a")] }, full("b"));
    await machine.once();
    const paths = Object.keys(await machine.files()).map(withoutTags);
    expect(paths).not.toContain("prometheus/current/rules/a.yml");
    expect(paths).toEqual(expect.arrayContaining([...pathsOf("a").slice(1), ...pathsOf("b")]));
  });

  test("is found among many, whichever they are", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `p${index}`);
    const bad = new Set(["p0", "p17", "p18", "p39"]);
    server.put(...names.map((name) => aProject(name, { rules: [bad.has(name) ? badRule(name) : anAlert(name, "X")] })));
    await machine.once();
    const rules = Object.keys(await machine.files())
      .map(withoutTags)
      .filter((path) => path.includes("/rules/"));
    expect(rules).toHaveLength(36);
    expect(Object.keys(machine.state.problems).sort()).toEqual([...bad].map((name) => `prj_${name}`).sort());
  });

  test("is held in the blackbox exporter's one file too", async () => {
    server.put(full("a"), full("b"));
    await machine.once();
    const before = await machine.read("blackbox/current/projects/a.json");
    server.put({ ...full("a"), scrapeJobs: [badProbe] }, { ...full("b"), scrapeJobs: [] });
    await machine.once();
    expect(await machine.read("blackbox/current/projects/a.json")).toBe(before);
    expect(await machine.read("blackbox/current/blackbox.yml")).toMatch(/a\/ping/);
    expect(await machine.read("blackbox/current/blackbox.yml")).not.toMatch(/b\/ping|a\/web/);
    expect(machine.state.problems).toEqual({
      prj_a: [
        {
          project: "prj_a",
          file: "blackbox/projects/a.json",
          message: expect.stringMatching(/Could not compile regular expression.*\(the machine keeps/),
        },
      ],
    });
  });

  test("is held in Alertmanager's one file too", async () => {
    // No URL for Go, but one for JavaScript.
    const odd = { type: "WEBHOOK" as const, value: "http://example.org/%zz", sendResolved: true, secret: null };
    server.put(full("a"), { ...full("b"), contactGroups: [aGroup("admins", [odd])] });
    await machine.once();
    expect(Object.keys(await machine.files()).map(withoutTags)).toEqual(expect.arrayContaining(pathsOf("a")));
    expect(await machine.read("alertmanager/current/alertmanager.yml")).not.toContain("b/admins");
    expect(Object.keys(machine.state.problems)).toEqual(["prj_b"]);
  });

  test("among the global rules keeps their last good file", async () => {
    server.setGlobalRules([aGlobalRule("Good")]);
    await machine.once();
    server.setGlobalRules([aGlobalRule("Bad", { expr: "sum(" })]);
    await machine.once();
    expect(await machine.read("prometheus/current/rules/_global.yml")).toContain("alert: Good");
    expect(server.reports.at(-1)?.problems).toEqual([
      { file: "prometheus/rules/_global.yml", message: expect.stringContaining("could not parse expression") },
    ]);
    server.setGlobalRules([aGlobalRule("Mended")]);
    await machine.once();
    expect(server.reports.at(-1)?.problems).toEqual([]);
  });
});

describe("a base file", () => {
  test("that clashes keeps its output as it is, by file and key; the other outputs go on", async () => {
    server.put(full("a"));
    await machine.once();
    const before = await machine.read("prometheus/current/prometheus.yml");
    await machine.base("prometheus", "scrape_configs: [{job_name: metricsinfra/default}]\n");
    server.put(full("b"));
    const { refused } = await machine.once();
    const message = `${machine.basePath("prometheus")}: scrape_configs[0].job_name: "metricsinfra/default" begins with "metricsinfra/", which is kept for the jobs of the projects`;
    expect(refused).toEqual([{ message }]);
    expect(server.reports.at(-1)).toMatchObject({ state: "FAILED", appliedRevision: 1, problems: [{ message }] });
    expect(await machine.read("prometheus/current/prometheus.yml")).toBe(before);
    expect(await machine.read("alertmanager/current/alertmanager.yml")).toContain("b/admins");
    expect(await machine.read("prometheus/targets/default/b.json")).toContain("job_node");
    expect(machine.state).toMatchObject({ revision: 1, appliedRevision: 1 });
    await machine.base("prometheus", "global: {}\n");
    expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
    expect(machine.state).toMatchObject({ revision: 2, appliedRevision: 2 });
  });

  test.each([
    [
      "prometheus",
      "global: {scrape_interval: often}\n",
      "prometheus: parsing YAML file check.yml: not a valid duration string",
    ],
    ["prometheus", "global: [\n", "line 2"],
    [
      "alertmanager",
      alertmanagerBase.replace("{receiver: operators}", "{receiver: nobody}"),
      `alertmanager: undefined receiver "nobody" used in route`,
    ],
    ["blackbox", "modules: {own: {prober: tcp, nonsense: 1}}\n", "blackbox: error parsing config file"],
  ])("of %s that its own check refuses is told, and no project is blamed for it", async (name, text, message) => {
    server.put(full("a"));
    await machine.base(name, text);
    const { refused } = await machine.once();
    expect(refused).toHaveLength(1);
    expect(refused[0]?.message).toContain(message);
    expect(machine.state.problems).toEqual({});
  });

  test("that is missing is told", async () => {
    await rm(machine.basePath("alertmanager"));
    const { refused } = await machine.once();
    expect(refused[0]?.message).toMatch(/base\/alertmanager\.yml: cannot be read: ENOENT/);
  });
});

test("a reload counts also when the clock of its machine was set back since the last", async () => {
  let succeededAt = 2_000_000_000;
  const { url } = await startStandIn(({ url }, response) => {
    if (url === "/-/reload") succeededAt -= 3_600;
    const name = "prometheus_config_last_reload_success";
    response.end(`${name}ful 1\n${name}_timestamp_seconds ${succeededAt}\n`);
  });
  const prometheus = { urls: [url], reloadTimeoutSeconds: 2 };
  await machine.configure({ url: server.url, prometheus, blackbox: false, alertmanager: false });
  server.put(full("a"));
  expect(await machine.once()).toMatchObject({ reloaded: true, refused: [], waiting: [] });
});

describe("what somebody has spoilt", () => {
  const credentials = { kind: "BEARER_TOKEN" as const, username: null, secret: "t0ken", secretProblem: null };
  const project = (name: string, version = 1) =>
    aProject(name, {
      rules: [anAlert(name, `Rule ${version}`)],
      scrapeJobs: [aJob(`own ${version}`, { scheme: "HTTPS", credentials })],
      contactGroups: [
        aGroup(`group ${version}`, [{ type: "EMAIL", value: "a@example.org", sendResolved: true, secret: null }]),
      ],
      defaultContactGroup: { id: `cgr_group_${version}`, name: `group ${version}` },
    });

  test.each(["prometheus/current/scrapes/a.json", "alertmanager/current/projects/a.json"])(
    "in %s keeps that output alone as it is, for one cycle",
    async (path) => {
      server.put(project("a"), project("b"));
      await machine.once();
      const { [path]: whole } = await machine.files();
      const output = path.split("/")[0] ?? "";
      await writeFile(join(machine.directory, path), "");
      server.put(project("b", 2));
      const { refused } = await machine.once();
      const file = path.split("/").slice(-2).join("/");
      expect(refused).toEqual([
        {
          message: expect.stringMatching(
            `^${output}: ${file} is not as it was written .*JSON.*; everything is fetched`,
          ),
        },
      ]);
      const mains = {
        prometheus: "prometheus/current/prometheus.yml",
        alertmanager: "alertmanager/current/alertmanager.yml",
      };
      const names = { prometheus: "b/own 2", alertmanager: "b/group 2" };
      const live = async () =>
        Promise.all(
          (["prometheus", "alertmanager"] as const).map(async (name) =>
            (await machine.read(mains[name])).includes(names[name]),
          ),
        );
      expect(await live()).toEqual([output !== "prometheus", output !== "alertmanager"]);
      expect(await machine.once()).toMatchObject({ refused: [], waiting: [] });
      expect(await live()).toEqual([true, true]);
      expect(await machine.read(path)).toBe(whole);
    },
  );

  test("even all releases, are written anew", async () => {
    server.put(project("a"));
    await machine.once();
    const files = await machine.files();
    await rm(join(machine.directory, "prometheus/releases"), { recursive: true });
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    expect(await machine.files()).toEqual(files);
  });
});

describe("a dry run", () => {
  test("shows that the secrets of a base file change, and none of them", async () => {
    const prometheus = (word: string) => `global: {scrape_interval: 1s}
remote_write: [{url: 'https://user:pass${word}@example.org/w', basic_auth: {username: me, password: pass${word}}, headers: {X-Api-Key: pass${word}, X-Shown: a}}]
scrape_configs: [{job_name: own, authorization: {credentials: pass${word}}}]
`;
    const alertmanager = (
      word: string,
    ) => `global: {smtp_smarthost: 'h:25', smtp_from: a@b.c, smtp_auth_password: "pass: \\"${word}", slack_api_url: 'https://pass${word}/'}
route: {receiver: r}
receivers: [{name: r, webhook_configs: [{url: 'https://example.org/pass${word}'}], pagerduty_configs: [{service_key: pass${word}}, {routing_key: same-pass}], slack_configs: [{api_url: 'https://pass${word}/', channel: c}]}]
`;
    const blackbox = (
      word: string,
    ) => `modules: {own_token: {prober: http, http: {basic_auth: {username: me, password: pass${word}}}}}
`;
    for (const word of ["one", "two"]) {
      await machine.base("prometheus", prometheus(word));
      await machine.base("alertmanager", alertmanager(word));
      await machine.base("blackbox", blackbox(word));
      if (word === "one") expect(await machine.once()).toMatchObject({ refused: [] });
    }
    const text = await machine.dry();
    expect(text).not.toMatch(/passone|passtwo|same-pass|one|two/);
    await expect(text).toMatchFileSnapshot("fixtures/dry-run-secrets.diff");
    await writeFile(join(machine.directory, "alertmanager/current/alertmanager.yml"), "a: [passthree\n");
    const spoilt = await machine.dry();
    expect(spoilt).not.toContain("passthree");
    expect(spoilt).toContain("-(cannot be read, not shown)");
  });

  test("prints the diff of all files that would change, without secrets, and writes nothing", async () => {
    server.put(full("a"));
    await machine.once();
    server.put({ ...full("b"), rules: [anAlert("b", "Bad", { enforcedExpr: "up" })] });
    server.put({ ...full("a"), scrapeJobs: [], contactGroups: [aGroup("admins", [token])] });
    const stamps = await timesOf(machine);
    server.operations.length = 0;
    const text = await machine.dry();
    await expect(withoutTags(text.replaceAll(machine.folder, "<folder>"))).toMatchFileSnapshot("fixtures/dry-run.diff");
    expect(text).not.toContain("s3cret");
    expect(await timesOf(machine)).toEqual(stamps);
    expect(server.operations).toEqual(["ListChangedProjects"]);
    await machine.once();
    expect(await machine.dry()).toBe("");
  });
});

/** All that the agent wrote: files and folders. */
async function entriesOf({ directory }: Workspace): Promise<readonly { path: string; isFolder: boolean }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isSymbolicLink() && entry.name !== "lock")
    .map((entry) => ({ path: join(entry.parentPath, entry.name), isFolder: entry.isDirectory() }));
}

/** What of it somebody else than the agent's user may read, write or enter. */
async function openToOthers(machine: Workspace): Promise<readonly string[]> {
  const modes = (await entriesOf(machine)).map(async ({ path }) => ({ path, mode: (await stat(path)).mode }));
  return (await Promise.all(modes)).flatMap(({ path, mode }) => ((mode & 0o077) === 0 ? [] : [path]));
}

/** When each file and folder below the agent's directory was last written. */
async function timesOf({ directory }: Workspace): Promise<Readonly<Record<string, number>>> {
  const times: Record<string, number> = {};
  for (const path of [".", ...(await readdir(directory, { recursive: true }))]) {
    times[path] = (await stat(join(directory, path))).ctimeMs;
  }
  return times;
}
