import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { EgressPolicy } from "@metricsinfra/sdk";
import { pino } from "pino";
import { beforeEach, describe, expect, test } from "vitest";
import { runDaemon } from "../../configurator/agent.js";
import { readSettings } from "../../configurator/settings/settings.js";
import { waitFor } from "../support/wait-for.js";
import { aGroup, aJob, anAlert, anHttpProbe, aProject } from "./support/config.js";
import { anywherePolicy } from "./support/egress.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace } from "./support/workspace.js";

const policy: EgressPolicy = {
  fingerprint: "strict",
  networks: [
    { network: "0.0.0.0/0", allowed: true },
    { network: "10.0.0.0/8", allowed: false },
    { network: "127.0.0.0/8", allowed: false },
    { network: "169.254.0.0/16", allowed: false },
  ],
  hosts: [],
  unresolvedAllowed: true,
  probeRedirects: false,
  credentialsOverHttp: false,
};
const outOfReach = "by the policy of the operators, projects may not reach it";

let server: GraphServer;
let machine: Workspace;
/** What names lead to now. */
let addresses: Map<string, readonly string[]>;
let asked: string[];

beforeEach(async () => {
  server = await startGraphServer();
  server.policy = policy;
  machine = await Workspace.make({ url: server.url });
  addresses = new Map([
    ["a.example", ["192.0.2.1"]],
    ["b.example", ["192.0.2.2", "192.0.2.3"]],
    ["hook.example", ["192.0.2.4"]],
  ]);
  asked = [];
  machine.resolve = async (name) => {
    asked.push(name);
    const found = addresses.get(name);
    if (found === undefined) throw new Error("ENOTFOUND");
    return found;
  };
});

const targets = (...hosts: readonly string[]) => ({
  staticTargets: hosts.map((host) => ({ host, port: 80, labels: {} })),
});
const webhook = (value: string) => ({ type: "WEBHOOK" as const, value, sendResolved: true, secret: null });
const slack = (secret: string) => ({ type: "SLACK" as const, value: "#ops", sendResolved: true, secret });
const scrapedOf = async (project: string) => {
  const text = await machine.read(`prometheus/targets/default/${project}.json`);
  return JSON.parse(text).flatMap((group: { targets: string[] }) => group.targets);
};
const problems = () => server.reports.at(-1)?.problems.map(({ message }) => message);
const leavesOut = (host: string) => `Scrape job "j" leaves out the target "${host}": ${outOfReach}.`;
const twoTargets = (name = "p") => aProject(name, { scrapeJobs: [aJob("j", targets("a.example", "b.example"))] });

describe("a host that may not be reached", () => {
  test("gets into no file, in whatever way it is named; everything else of the project does", async () => {
    addresses.set("metadata.example", ["169.254.169.254"]);
    addresses.set("half.example", ["192.0.2.1", "10.0.0.1"]);
    const bad = [
      "169.254.169.254",
      "::ffff:169.254.169.254",
      "64:ff9b::a9fe:a9fe",
      "metadata.example",
      "half.example",
      "localhost",
      "127.0.0.1",
      "METADATA.example",
    ];
    const strange = ["127.1", "2130706433", "0x7f.1", "127.0.0.1.", "[::1]", "a@127.0.0.1"];
    server.put(
      aProject("p", {
        rules: [anAlert("p", "Down")],
        scrapeJobs: [
          aJob("j", targets(...bad, ...strange, "a.example", "192.0.2.9")),
          aJob("k", {
            ...targets("a.example"),
            probe: anHttpProbe({ hostHeader: "metadata.example:80" }),
          }),
          aJob("l", { ...targets("b.example", "10.1.1.1"), probe: anHttpProbe({ hostHeader: "a.example" }) }),
        ],
        contactGroups: [
          aGroup("g", [
            webhook("http://metadata.example/x"),
            webhook("https://hook.example:8443/?y"),
            slack("https://127.0.0.1/services/x"),
            slack("https://hook.example/services/x"),
          ]),
        ],
      }),
    );
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80", "192.0.2.9:80", "127.0.0.1:9115"]);
    const files = await machine.files();
    const text = JSON.stringify(files).replaceAll(/127\.0\.0\.1:9115|localhost:25/g, "");
    for (const host of ["169.254", "a9fe", "metadata", "half", "localhost", "127.0.0.1", "127.1", "0x7f", "10.1.1.1"]) {
      expect([host, text.toLowerCase().includes(host)]).toEqual([host, false]);
    }
    expect(Object.keys(JSON.parse(files["blackbox/current/projects/p.json"] ?? ""))).toEqual(["p/l"]);
    expect(JSON.parse(files["alertmanager/current/projects/p.json"] ?? "").receivers).toMatchObject([
      { name: "p/g", webhook_configs: [{ url: "https://hook.example:8443/?y" }], slack_configs: [{ channel: "#ops" }] },
    ]);
    expect(await machine.secrets()).toEqual([
      ["alertmanager/current/secrets/p.cgr_g", "https://hook.example/services/x"],
    ]);
    expect(problems()).toEqual([
      ...bad.map(leavesOut),
      ...strange.map(
        (host) => `Scrape job "j" leaves out the target "${host}": it is not a host name or an IP address.`,
      ),
      `Scrape job "k" is left out: of its Host header, ${outOfReach}.`,
      `Scrape job "l" leaves out the target "10.1.1.1": ${outOfReach}.`,
      `Contact group "g" leaves out its contact 1 (WEBHOOK): ${outOfReach}.`,
      `Contact group "g" leaves out its contact 3 (SLACK): ${outOfReach}.`,
    ]);
  });

  test("is left out as soon as its name leads there, and is back when it no longer does", async () => {
    server.put(
      twoTargets(),
      twoTargets("q"),
      aProject("r", { contactGroups: [aGroup("g", [webhook("http://hook.example/")])] }),
    );
    await machine.once();
    expect([await scrapedOf("p"), problems()]).toEqual([["a.example:80", "b.example:80"], []]);
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(server.operations).toEqual(["ListChangedProjects"]);

    addresses.set("b.example", ["192.0.2.2", "127.0.0.1"]);
    addresses.set("hook.example", ["10.0.0.1"]);
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    expect(server.operations.filter((each) => each === "GetProjectConfig")).toHaveLength(3);
    for (const project of ["p", "q"]) expect(await scrapedOf(project)).toEqual(["a.example:80"]);
    expect(await machine.read("alertmanager/current/alertmanager.yml")).not.toContain("hook.example");
    expect(problems()).toEqual([
      leavesOut("b.example"),
      leavesOut("b.example"),
      `Contact group "g" leaves out its contact 1 (WEBHOOK): ${outOfReach}.`,
    ]);
    expect(machine.state).toMatchObject({ revision: 3, appliedRevision: 3 });
    expect(await machine.once()).toMatchObject({ changed: false });

    // Nobody knows of the names any more: they stay as they were.
    addresses.clear();
    expect(await machine.once()).toMatchObject({ changed: false });
    addresses.set("b.example", ["192.0.2.2"]);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80", "b.example:80"]);
    expect(problems()).toEqual([`Contact group "g" leaves out its contact 1 (WEBHOOK): ${outOfReach}.`]);
  });

  test("is left out of a project that has changed too, and of one that is gone nothing is fetched", async () => {
    server.put(twoTargets(), twoTargets("q"));
    await machine.once();
    addresses.set("a.example", ["10.0.0.1"]);
    server.put({ ...twoTargets(), rules: [anAlert("p", "New")] }, { name: "q", gone: true });
    server.operations.length = 0;
    await machine.once();
    expect(server.operations).not.toContain("GetProjectConfig");
    expect(await scrapedOf("p")).toEqual(["b.example:80"]);
    expect(Object.keys(await machine.files()).filter((path) => path.includes("q."))).toEqual([]);
    expect(problems()).toEqual([leavesOut("a.example")]);
  });

  test("does not stay because a secret of the project cannot be read", async () => {
    const contacts = [webhook("http://hook.example/"), slack("https://a.example/x")];
    server.put(aProject("p", { contactGroups: [aGroup("g", contacts)] }));
    await machine.once();
    addresses.set("hook.example", ["10.0.0.1"]);
    const broken = { ...slack(""), secret: null, secretProblem: "The secret cannot be read." };
    server.put(aProject("p", { contactGroups: [aGroup("g", [webhook("http://hook.example/"), broken])] }));
    await machine.once();
    expect(JSON.stringify(await machine.files())).not.toContain("hook.example");
  });
});

describe("a name that nobody knows of", () => {
  const lost = () => aProject("p", { scrapeJobs: [aJob("j", targets("a.example", "lost.example"))] });

  test("is used, where the policy says so, until it turns out to lead where it may not", async () => {
    server.put(lost());
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80", "lost.example:80"]);
    addresses.set("lost.example", ["127.0.0.1"]);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80"]);
  });

  test("is left out, where the policy says so, until it turns out to lead where it may", async () => {
    server.policy = { ...policy, unresolvedAllowed: false };
    server.put(lost());
    await machine.once();
    expect([await scrapedOf("p"), problems()]).toEqual([["a.example:80"], [leavesOut("lost.example")]]);
    addresses.delete("a.example");
    addresses.set("lost.example", ["192.0.2.7"]);
    await machine.once();
    expect([await scrapedOf("p"), problems()]).toEqual([["a.example:80", "lost.example:80"], []]);
  });
});

describe("the policy", () => {
  test("is carried out anew for everybody when it changes, though no project has", async () => {
    server.put(twoTargets(), twoTargets("q"));
    await machine.once();
    server.policy = {
      ...policy,
      fingerprint: "names",
      hosts: [{ projects: "q", uses: ["TARGETS"], names: ["*.{name}.example"], addresses: true }],
    };
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80", "b.example:80"]);
    expect(problems()).toEqual([leavesOut("a.example"), leavesOut("b.example")]);
    server.policy = {
      ...policy,
      fingerprint: "networks",
      networks: [...policy.networks, { network: "192.0.2.2/32", allowed: false }],
    };
    await machine.once();
    expect(await scrapedOf("q")).toEqual(["a.example:80"]);
    server.operations.length = 0;
    expect(await machine.once()).toMatchObject({ changed: false });
    expect(server.operations).toEqual(["ListChangedProjects"]);
  });

  test("lets HTTP probes follow redirects or not", async () => {
    const probe = anHttpProbe({ followRedirects: true });
    server.put(aProject("p", { scrapeJobs: [aJob("j", { ...targets("a.example"), probe })] }));
    await machine.once();
    const follows = async () =>
      JSON.parse(await machine.read("blackbox/current/projects/p.json"))["p/j"].http.follow_redirects;
    expect([await follows(), problems()]).toEqual([
      false,
      [`Scrape job "j" follows no redirects: the operators do not allow it.`],
    ]);
    server.policy = { ...policy, fingerprint: "redirects", probeRedirects: true };
    await machine.once();
    expect([await follows(), problems()]).toEqual([true, []]);
  });

  test("stays as it was while it cannot be fetched, or cannot be understood", async () => {
    server.put(aProject("p", { scrapeJobs: [aJob("j", targets("a.example", "10.0.0.1"))] }));
    await machine.once();
    for (const networks of [undefined, [{ network: "anything", allowed: true }]]) {
      server.policy = { ...anywherePolicy, fingerprint: "broken", networks: networks as EgressPolicy["networks"] };
      server.put(aProject("p", { scrapeJobs: [aJob("j", targets("10.0.0.1", "192.0.2.8"))] }));
      expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
      expect(await scrapedOf("p")).toEqual(["192.0.2.8:80"]);
    }
  });

  test("is needed: without one nothing is written", async () => {
    server.policy = { ...policy, networks: [{ network: "anything", allowed: true }] };
    server.put(twoTargets());
    await expect(machine.once()).rejects.toThrow();
    expect(await machine.files()).toEqual({});
  });
});

describe("what is known of names", () => {
  test("is found out again when it is lost, with everything", async () => {
    server.put(twoTargets(), twoTargets("q"));
    await machine.once();
    addresses.set("a.example", ["10.0.0.1"]);
    await rm(join(machine.directory, "egress.json"));
    await machine.once();
    for (const project of ["p", "q"]) expect(await scrapedOf(project)).toEqual(["b.example:80"]);
  });

  test("is not taken for done while an output keeps what it had", async () => {
    server.put(twoTargets());
    await machine.once();
    addresses.set("a.example", ["10.0.0.1"]);
    const good = await machine.read("../base/blackbox.yml");
    await machine.base("blackbox", "modules: {a/b: {prober: tcp}}\n");
    expect((await machine.once()).refused).toHaveLength(1);
    const known = JSON.parse(await machine.read("egress.json"));
    expect(known.projects).toEqual({ prj_p: { "a.example": false, "b.example": false } });
    await machine.base("blackbox", good);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["b.example:80"]);
    expect(JSON.parse(await machine.read("egress.json")).projects).toEqual({
      prj_p: { "a.example": true, "b.example": false },
    });
  });

  test("is written only when it has changed, and holds no secret", async () => {
    server.put(aProject("p", { contactGroups: [aGroup("g", [slack("https://hook.example/services/s3cret")])] }));
    await machine.once();
    const file = join(machine.directory, "egress.json");
    const before = await stat(file);
    server.put(
      aProject("p", {
        rules: [anAlert("p", "Down")],
        contactGroups: [aGroup("g", [slack("https://hook.example/services/s3cret")])],
      }),
    );
    await machine.once();
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs);
    expect(await machine.read("egress.json")).not.toContain("s3cret");
  });

  test("each name is looked up once, however many use it", async () => {
    server.put(...Array.from({ length: 150 }, (_, index) => twoTargets(`p${index}`)));
    await machine.once();
    expect(asked.toSorted()).toEqual(["a.example", "b.example"]);
  });
});

test("a daemon looks again by itself, and touches nothing while nothing moves", async () => {
  await machine.configure({ url: server.url, settings: { nameCheckIntervalSeconds: 0.2, pollIntervalSeconds: 600 } });
  server.put(twoTargets());
  const stop = new AbortController();
  const settings = readSettings(machine.settingsFile, {});
  const running = runDaemon(settings, pino({ level: "silent" }), stop.signal, machine.resolve);
  try {
    const scraped = (count: number) =>
      waitFor(async () => (await scrapedOf("p")).length === count, { what: `${count} targets` });
    await scraped(2);
    await waitFor(() => asked.length >= 8, { what: "names to be looked up again and again" });
    const fetched = server.operations.filter((each) => each === "ListChangedProjects").length;
    addresses.set("a.example", ["169.254.169.254"]);
    await scraped(1);
    addresses.set("a.example", ["192.0.2.200"]);
    await scraped(2);
    expect(fetched).toBeLessThanOrEqual(2);
  } finally {
    stop.abort();
    await running;
  }
});
