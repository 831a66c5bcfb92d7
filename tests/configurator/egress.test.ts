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
/** Names that nobody answers for. */
let silent: Set<string>;

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
  silent = new Set();
  machine.resolve = async (name) => {
    asked.push(name);
    if (silent.has(name)) return new Promise<never>(() => {});
    return addresses.get(name) ?? [];
  };
});

const targets = (...hosts: readonly string[]) => ({
  staticTargets: hosts.map((host) => ({ host, port: 80, labels: {} })),
});
const webhook = (value: string) => ({ type: "WEBHOOK" as const, value, sendResolved: true, secret: null });
const slack = (secret: string) => ({ type: "SLACK" as const, value: "#ops", sendResolved: true, secret });
const ping = { __typename: "IcmpProbe" as const, ipProtocol: "IP4" as const };
const scrapedOf = async (project: string) => {
  const text = await machine.read(`prometheus/targets/default/${project}.json`);
  return JSON.parse(text).flatMap((group: { targets: string[] }) => group.targets);
};
const problems = () => server.reports.at(-1)?.problems.map(({ message }) => message);
const ofProjects = () => problems()?.filter((message) => /^(Scrape job|Contact group) /.test(message));
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

  test("is left out as soon as the policy says so, though it was used before", async () => {
    server.put(lost());
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80", "lost.example:80"]);
    server.policy = { ...policy, fingerprint: "tight", unresolvedAllowed: false };
    await machine.once();
    expect([await scrapedOf("p"), problems()]).toEqual([["a.example:80"], [leavesOut("lost.example")]]);
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

describe("a name that nobody has told of yet", () => {
  const notYet = (host: string) =>
    `Scrape job "j" leaves out the target "${host}": it could not be looked up yet, which is tried again.`;

  test("is left out with a word, and those that would have been looked up after it, until it is known", async () => {
    const hosts = ["a.example", "c.example", "z.example"];
    addresses.set("z.example", ["169.254.169.254"]);
    silent.add("c.example");
    server.put(aProject("p", { scrapeJobs: [aJob("j", targets(...hosts))] }));
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80"]);
    expect(problems()).toEqual([notYet("c.example"), notYet("z.example")]);
    // The one that is known to be silent is asked for last.
    await machine.once();
    expect(problems()).toEqual([notYet("c.example"), leavesOut("z.example")]);
    silent.clear();
    addresses.set("c.example", ["192.0.2.5"]);
    await machine.once();
    expect([await scrapedOf("p"), problems()]).toEqual([["a.example:80", "c.example:80"], [leavesOut("z.example")]]);
    // Once it was known it stays, like one that has lost its addresses.
    silent.add("c.example");
    expect(await machine.once()).toMatchObject({ changed: false });
  });

  test("is none whose last addresses are known, though the policy has changed and nobody answers any more", async () => {
    addresses.set("c.example", ["192.0.2.5"]);
    server.put(aProject("p", { scrapeJobs: [aJob("j", targets("a.example", "c.example", "lost.example"))] }));
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80", "c.example:80", "lost.example:80"]);
    for (const name of ["a.example", "c.example", "lost.example"]) silent.add(name);
    const networks = [...policy.networks, { network: "192.0.2.5/32", allowed: false }];
    server.policy = { ...policy, fingerprint: "tight", networks, unresolvedAllowed: false };
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:80"]);
    expect(problems()).toEqual([leavesOut("c.example"), leavesOut("lost.example")]);
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
    expect(known.projects).toEqual({ prj_p: { "a.example": "ALLOWED", "b.example": "ALLOWED" } });
    await machine.base("blackbox", good);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["b.example:80"]);
    expect(JSON.parse(await machine.read("egress.json")).projects).toEqual({
      prj_p: { "a.example": "REFUSED", "b.example": "ALLOWED" },
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

describe("a process of the agent's own", () => {
  /** Everything on this machine may be reached; the agent has an exporter, a Prometheus, an Alertmanager and a status page. */
  const own = {
    settings: { listen: { host: "0.0.0.0", port: 9590 } },
    prometheus: { urls: ["http://127.0.0.1:9090"], reload: { command: ["true"] }, reloadTimeoutSeconds: 0.1 },
    blackbox: { address: "exporter.example:9115", urls: ["http://192.0.2.50:9116"], reload: { command: ["true"] } },
    alertmanager: { urls: ["http://[::1]:9093"], reload: { command: ["true"] }, reloadTimeoutSeconds: 0.1 },
  };
  const target = (host: string, port: number) => ({ host, port, labels: {} });

  test("is not scraped, probed or told of alerts, by whatever name or address; what else is there is", async () => {
    server.policy = anywherePolicy;
    await machine.configure({ url: server.url, ...own });
    addresses.set("exporter.example", ["192.0.2.60", "192.0.2.61"]);
    addresses.set("mine.example", ["192.0.2.1", "192.0.2.61"]);
    addresses.set("here.example", ["127.0.0.1"]);
    const refused = [
      target("exporter.example", 9115),
      target("EXPORTER.example", 9115),
      target("mine.example", 9115),
      target("192.0.2.60", 9115),
      target("::ffff:192.0.2.60", 9115),
      target("64:ff9b::c000:23c", 9115),
      target("127.0.0.1", 9115),
      target("192.0.2.50", 9116),
      target("127.0.0.1", 9090),
      target("127.8.8.8", 9090),
      target("0.0.0.0", 9090),
      target("::", 9090),
      target("here.example", 9090),
      target("::1", 9093),
      target("127.0.0.1", 9093),
      target("127.0.0.1", 9590),
    ];
    const taken = [
      target("exporter.example", 9116),
      target("mine.example", 9100),
      target("192.0.2.62", 9115),
      target("here.example", 9100),
      target("127.0.0.1", 9100),
    ];
    const header = anHttpProbe({ hostHeader: "a.example" });
    server.put(
      aProject("p", {
        scrapeJobs: [
          aJob("j", { staticTargets: [...refused, ...taken] }),
          aJob("k", { staticTargets: refused.slice(0, 1), probe: header }),
          aJob("ping", { staticTargets: [{ host: "exporter.example", port: null, labels: {} }], probe: ping }),
        ],
        contactGroups: [
          aGroup("g", [
            webhook("http://127.0.0.1:9093/api/v2/alerts"),
            slack("https://mine.example:9115/probe"),
            webhook("http://here.example/"),
          ]),
        ],
      }),
    );
    await machine.once();
    const text = (host: string) => (host.includes(":") ? `[${host}]` : host);
    expect(await scrapedOf("p")).toEqual([
      ...taken.map(({ host, port }) => `${text(host)}:${port}`),
      "exporter.example:9115",
    ]);
    expect(ofProjects()).toEqual([
      ...refused.map(({ host }) => leavesOut(host)),
      `Scrape job "k" leaves out the target "exporter.example": ${outOfReach}.`,
      ...[1, 2].map((index) => {
        return `Contact group "g" leaves out its contact ${index} (${["WEBHOOK", "SLACK"][index - 1]}): ${outOfReach}.`;
      }),
    ]);
  });

  test("stays out of reach when it moves to where a project's target is, and what it has left is free", async () => {
    server.policy = anywherePolicy;
    await machine.configure({ url: server.url, ...own });
    addresses.set("exporter.example", ["192.0.2.60"]);
    const both = { staticTargets: [target("192.0.2.60", 9115), target("a.example", 9115)] };
    server.put(aProject("p", { scrapeJobs: [aJob("j", both)] }));
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:9115"]);
    addresses.set("exporter.example", ["192.0.2.1"]);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["192.0.2.60:9115"]);
    addresses.set("a.example", ["192.0.2.70"]);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["192.0.2.60:9115", "a.example:9115"]);
  });

  test("leaves out what is at its port while nobody has told where it is, and knows it after that", async () => {
    server.policy = anywherePolicy;
    await machine.configure({ url: server.url, ...own });
    silent.add("exporter.example");
    const both = { staticTargets: [target("192.0.2.60", 9115), target("a.example", 9115), target("a.example", 80)] };
    server.put(aProject("p", { scrapeJobs: [aJob("j", both)] }));
    await machine.once();
    const notYet = "it could not be looked up yet, which is tried again";
    const leaves = (host: string) => `Scrape job "j" leaves out the target "${host}": ${notYet}.`;
    expect([await scrapedOf("p"), ofProjects()]).toEqual([
      ["a.example:80"],
      [leaves("192.0.2.60"), leaves("a.example")],
    ]);
    silent.clear();
    addresses.set("exporter.example", ["192.0.2.60"]);
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:9115", "a.example:80"]);
    silent.add("exporter.example");
    server.put(aProject("p", { scrapeJobs: [aJob("j", both)], rules: [anAlert("p", "New")] }));
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["a.example:9115", "a.example:80"]);
  });

  test("is another one as soon as the settings say so", async () => {
    server.policy = anywherePolicy;
    server.put(aProject("p", { scrapeJobs: [aJob("j", { staticTargets: [target("192.0.2.50", 9116)] })] }));
    await machine.once();
    expect(await scrapedOf("p")).toEqual(["192.0.2.50:9116"]);
    await machine.configure({ url: server.url, ...own });
    await machine.once();
    expect(ofProjects()).toEqual([leavesOut("192.0.2.50")]);
  });
});

test("a daemon's look-ups are held up by no names that nobody answers for, and take effect at once", async () => {
  await machine.configure({ url: server.url, settings: { nameCheckIntervalSeconds: 0.5, pollIntervalSeconds: 600 } });
  const answer = machine.resolve;
  machine.resolve = (name) => {
    if (!name.startsWith("dead")) return answer(name);
    return new Promise((_, reject) => setTimeout(() => reject(new Error("EAI_AGAIN")), 2_500));
  };
  const dead = (project: string) => {
    const hosts = Array.from({ length: 100 }, (_, index) => `dead${index}.${project}.example`);
    return aProject(project, { scrapeJobs: [aJob("j", targets(...hosts))] });
  };
  server.put(twoTargets(), ...["x", "y", "z"].map(dead));
  const stop = new AbortController();
  const settings = readSettings(machine.settingsFile, {});
  const running = runDaemon(settings, pino({ level: "silent" }), stop.signal, machine.resolve);
  try {
    const scraped = (count: number) =>
      waitFor(async () => (await scrapedOf("p")).length === count, { what: `${count} targets`, deadlineMs: 30_000 });
    await scraped(2);
    for (let round = 0; round < 3; round++) {
      addresses.set("a.example", ["169.254.169.254"]);
      await scraped(1);
      addresses.set("a.example", ["192.0.2.1"]);
      await scraped(2);
    }
    expect(asked.filter((name) => name === "a.example").length).toBeGreaterThan(6);
  } finally {
    stop.abort();
    await running;
  }
}, 120_000);

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
