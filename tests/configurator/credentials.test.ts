import { rm } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { ScrapeJobConfig } from "../../configurator/fetch/project-config.js";
import { type RenderOptions, renderProject } from "../../configurator/render/render-project.js";
import type { TargetGroup } from "../../configurator/render/target-file.js";
import { aJob, anAlert, anHttpProbe, aProject, aTier } from "./support/config.js";
import { anywhere, anywherePolicy } from "./support/egress.js";
import { type GraphServer, startGraphServer } from "./support/graph-server.js";
import { Workspace, withoutTags } from "./support/workspace.js";

const basicAuth = (secret: string | null, username = "prom é") =>
  ({ kind: "BASIC_AUTH", username, secret, secretProblem: secret === null ? "The secret is broken." : null }) as const;
const bearer = (secret: string | null) =>
  ({
    kind: "BEARER_TOKEN",
    username: null,
    secret,
    secretProblem: secret === null ? "The secret is broken." : null,
  }) as const;

const secure = (name: string, overrides: Partial<ScrapeJobConfig> = {}) =>
  aJob(name, { scheme: "HTTPS", credentials: bearer("t0ken"), ...overrides });

const full = () =>
  aProject("alpha", {
    rules: [anAlert("alpha", "Down")],
    scrapeJobs: [
      aJob("open"),
      secure("guarded: é", {
        id: "job_guarded",
        metricsPath: "/-/metrics",
        params: { collect: "a b" },
        scrapeInterval: "30s",
        staticTargets: [
          { host: "192.0.2.8", port: 443, labels: { role: "front" } },
          { host: "2001:db8::9", port: 443, labels: {} },
          { host: "host.example", port: 8443, labels: {} },
        ],
        credentials: basicAuth("pass word"),
      }),
      secure("token"),
      secure("without targets", { staticTargets: [] }),
      secure("off", { enabled: false }),
      secure("login", {
        probe: anHttpProbe({ path: "/login", followRedirects: true }),
        credentials: basicAuth("pr0be"),
      }),
      secure("api", { probe: anHttpProbe(), credentials: bearer("api-t0ken") }),
    ],
  });

let server: GraphServer;
let machine: Workspace;

beforeEach(async () => {
  server = await startGraphServer();
  // A deletion of most of what there is: what is left of its secrets is looked at, not whether it may be.
  machine = await Workspace.make({
    url: server.url,
    alertmanager: false,
    settings: { brake: { maxDeletedShare: 1 } },
  });
});

describe("a job with credentials", () => {
  test("is a scrape config of its own, a probe's module has them; secrets are in files of their own", async () => {
    server.limitTiers = [aTier("default", { samplesPerScrape: 5_000 })];
    server.put(full());
    expect(await machine.once()).toMatchObject({ changed: true, refused: [], waiting: [] });
    const files = await machine.files();
    const inPlace = (text: string | undefined) => withoutTags((text ?? "").replaceAll(machine.directory, "/srv/agent"));
    await expect(inPlace(files["prometheus/current/prometheus.yml"])).toMatchFileSnapshot(
      "fixtures/prometheus-credentials.yml",
    );
    await expect(inPlace(files["blackbox/current/blackbox.yml"])).toMatchFileSnapshot(
      "fixtures/blackbox-credentials.yml",
    );
    expect(await machine.secrets()).toEqual([
      ["blackbox/current/secrets/alpha.job_api", "api-t0ken"],
      ["blackbox/current/secrets/alpha.job_login", "pr0be"],
      ["prometheus/current/secrets/alpha.job_guarded", "pass word"],
      ["prometheus/current/secrets/alpha.job_token", "t0ken"],
    ]);
    const others = Object.entries(files).filter(([path]) => !path.includes("/secrets/"));
    expect(others.filter(([, text]) => /pass word|t0ken|pr0be/.test(text))).toEqual([]);
    const shared = JSON.parse(files["prometheus/targets/default/alpha.json"] ?? "");
    expect(shared.map(({ labels }: { labels: { job: string } }) => labels.job)).toEqual(["api", "login", "open"]);
    expect(await machine.read("state.json")).not.toMatch(/pass word|t0ken|pr0be/);
  });

  test("has the labels and limits that the shared job would give", () => {
    const render = (job: ScrapeJobConfig) =>
      renderProject(
        aProject("a", { scrapeJobs: [job] }),
        { prometheus: { tiers: { default: aTier() } }, namingKey: "key" },
        anywhere,
      );
    const job = secure("j", {
      metricsPath: "/m",
      params: { a: "b" },
      scrapeInterval: "5m",
      scrapeTimeout: "30s",
      staticTargets: [
        { host: "192.0.2.1", port: 1, labels: { x: "y" } },
        { host: "192.0.2.2", port: 1, labels: {} },
      ],
    });
    const [own] = JSON.parse(render(job).files.prometheus.get("scrapes/a.json") ?? "");
    expect(own.static_configs).toEqual(JSON.parse(render({ ...job, credentials: null }).targets?.text ?? ""));
    expect(render(job).targets).toBeUndefined();
  });

  test("shows no secret in a dry run, neither old nor new", async () => {
    server.put(full());
    await machine.once();
    server.put(
      aProject("alpha", {
        scrapeJobs: [
          secure("token", { credentials: bearer("new-t0ken") }),
          secure("api", { probe: anHttpProbe(), credentials: basicAuth("new-pr0be") }),
        ],
      }),
    );
    const text = await machine.dry();
    expect(text).not.toMatch(/pass word|t0ken|pr0be/);
    expect(
      withoutTags(text)
        .match(/^(Write|Remove) .*$/gm)
        ?.sort(),
    ).toEqual([
      "Remove blackbox/secrets/alpha.job_api (a secret, not shown)",
      "Remove blackbox/secrets/alpha.job_login (a secret, not shown)",
      "Remove prometheus/secrets/alpha.job_guarded (a secret, not shown)",
      "Remove prometheus/secrets/alpha.job_token (a secret, not shown)",
      "Write blackbox/secrets/alpha.job_api (a secret, not shown)",
      "Write prometheus/secrets/alpha.job_token (a secret, not shown)",
    ]);
  });

  test("names its secret with a key of the machine, so that nobody can try out what it is; a lost one is replaced", async () => {
    server.put(aProject("a", { scrapeJobs: [secure("j")] }), aProject("b", { scrapeJobs: [secure("j")] }));
    expect(await machine.dry()).toContain("Write prometheus/secrets/a.job_j.");
    await expect(machine.read("naming-key")).rejects.toThrow("ENOENT");
    const names = async (each: Workspace) =>
      Object.keys(await each.files()).filter((path) => path.includes("/secrets/"));
    await machine.once();
    const before = await names(machine);
    expect(before).toHaveLength(2);
    const other = await Workspace.make({ url: server.url, alertmanager: false });
    await other.once();
    await rm(join(machine.directory, "naming-key"));
    expect(await machine.once()).toMatchObject({ changed: true, refused: [] });
    const after = await names(machine);
    expect(new Set([...before, ...(await names(other)), ...after]).size).toBe(6);
    expect(await machine.once()).toMatchObject({ changed: false });
  });

  test("that gets another secret names it otherwise, so that what still runs finds none, and one that goes takes its own along", async () => {
    server.put(full(), aProject("beta", { scrapeJobs: [secure("x")] }));
    await machine.once();
    const { scrapeJobs } = full();
    const other = scrapeJobs.map((job) => (job.name === "token" ? { ...job, credentials: bearer("other") } : job));
    server.put(aProject("alpha", { rules: full().rules, scrapeJobs: other }));
    const before = Object.keys(await machine.files());
    // The secret of before and the new one, the project's scrape configs and the main file.
    expect(await machine.once()).toMatchObject({ changed: true, files: 4 });
    const added = Object.entries(await machine.files()).filter(([path]) => !before.includes(path));
    expect(added).toEqual([[expect.stringContaining("prometheus/current/secrets/alpha.job_token."), "other"]]);
    expect(await machine.secrets()).toContainEqual(["prometheus/current/secrets/alpha.job_token", "other"]);
    expect(await machine.secrets()).not.toContainEqual(["prometheus/current/secrets/alpha.job_token", "t0ken"]);
    server.put({ name: "alpha", gone: true });
    await machine.once();
    const paths = Object.keys(await machine.files()).filter((path) => /alpha/.test(path));
    expect(paths).toEqual([]);
    expect(await machine.read("prometheus/current/prometheus.yml")).toMatch(/metricsinfra\/beta\/x/);
    expect(await machine.read("prometheus/current/prometheus.yml")).not.toContain("alpha");
  });

  test.each<[string, Partial<ScrapeJobConfig>]>([
    ["its credentials may only be sent over HTTPS", { scheme: "HTTP" }],
    ["its id is not allowed", { id: "../x" }],
    ["its user name is not allowed", { credentials: basicAuth("x", "a:b") }],
    ["its user name is not allowed", { credentials: basicAuth("x", "") }],
    ["its user name holds control characters", { credentials: basicAuth("x", "a\r\nb") }],
    ["its user name holds template marks", { credentials: basicAuth("x", "{{ a }}") }],
    ["its password or token is not allowed", { credentials: bearer("a\r\nX: y") }],
    ["its password or token is not allowed", { credentials: basicAuth(" a") }],
    ["its password or token is not allowed", { credentials: basicAuth("") }],
    [
      "its credentials are of a kind that this agent does not know",
      { credentials: { ...bearer("x"), kind: "FUTURE" as never } },
    ],
  ])("is left out, scrape and probe alike: %s", (problem, overrides) => {
    const options: RenderOptions = {
      prometheus: { tiers: { default: aTier() } },
      blackbox: { address: "127.0.0.1:9115", secretsFolder: "/s" },
      namingKey: "key",
    };
    for (const probe of [null, anHttpProbe()]) {
      const scrapeJobs = [secure("j", { probe, ...overrides })];
      const gate = { ...anywhere, credentialsOverHttp: false };
      const { files, targets, problems } = renderProject(aProject("a", { scrapeJobs }), options, gate);
      expect([files.prometheus.size, files.blackbox.size, targets]).toEqual([0, 0, undefined]);
      expect(problems.map(({ message }) => message)).toEqual([`Scrape job "j" is left out: ${problem}.`]);
    }
  });

  test("that Prometheus would refuse is held at what it was, and no other project with it", async () => {
    server.put(aProject("a", { scrapeJobs: [secure("j")] }), aProject("b", { scrapeJobs: [secure("j")] }));
    await machine.once();
    const before = await machine.read("prometheus/current/scrapes/a.json");
    // No two scrape configs may have one name; the server has no two such jobs.
    const twice = [secure("j"), secure("j", { id: "job_other" })];
    server.put(aProject("a", { scrapeJobs: twice }), aProject("b", { scrapeJobs: [secure("new")] }));
    const { refused } = await machine.once();
    expect(refused).toEqual([]);
    expect(await machine.read("prometheus/current/scrapes/a.json")).toBe(before);
    const main = await machine.read("prometheus/current/prometheus.yml");
    expect(main.match(/metricsinfra\/[ab]\/\w+/g)).toEqual(["metricsinfra/a/j", "metricsinfra/b/new"]);
    expect(server.reports.at(-1)?.problems).toEqual([
      {
        project: "prj_a",
        file: "prometheus/scrapes/a.json",
        message: expect.stringMatching(/metricsinfra\/a\/j.*\(the machine keeps what it had of this file\)$/),
      },
    ]);
  });

  test("whose name leads where it may not loses that target, and its release is another one", async () => {
    const addresses = new Map([
      ["a.example", "192.0.2.1"],
      ["b.example", "192.0.2.2"],
    ]);
    machine.resolve = async (name) => [addresses.get(name) ?? ""].filter(Boolean);
    server.policy = { ...anywherePolicy, networks: [{ network: "192.0.2.0/24", allowed: true }] };
    const staticTargets = ["a.example", "b.example"].map((host) => ({ host, port: 443, labels: {} }));
    server.put(aProject("a", { scrapeJobs: [secure("j", { staticTargets })] }));
    await machine.once();
    addresses.set("a.example", "169.254.169.254");
    await machine.once();
    const main = await machine.read("prometheus/current/prometheus.yml");
    expect([main.includes("a.example"), main.includes("b.example")]).toEqual([false, true]);
  });
});

test("a target that may not be reached any more does not stay because the new files fail their check", async () => {
  const addresses = new Map([
    ["a.example", "192.0.2.1"],
    ["b.example", "192.0.2.2"],
  ]);
  machine.resolve = async (name) => [addresses.get(name) ?? ""].filter(Boolean);
  server.policy = { ...anywherePolicy, networks: [{ network: "192.0.2.0/24", allowed: true }] };
  const targetsOf = (...hosts: string[]) => ({ staticTargets: hosts.map((host) => ({ host, port: 443, labels: {} })) });
  const jobs = (...hosts: string[]) => [secure("j", targetsOf(...hosts))];
  server.put(
    aProject("a", { scrapeJobs: jobs("a.example", "b.example") }),
    aProject("b", { scrapeJobs: jobs("a.example") }),
  );
  await machine.once();
  addresses.set("a.example", "10.0.0.1");
  const twice = [...jobs("a.example", "b.example"), { ...secure("j", targetsOf("b.example")), id: "job_other" }];
  server.put(aProject("a", { rules: [anAlert("a", "New")], scrapeJobs: twice }));
  expect(await machine.once()).toMatchObject({ refused: [] });
  const files = await machine.files();
  expect(files["prometheus/current/prometheus.yml"]).not.toMatch(/a\.example|metricsinfra\/a\//);
  expect(Object.keys(files).filter((path) => path.includes("/a."))).toEqual([]);
  expect(machine.state.problems.prj_a?.map(({ message }) => message)).toHaveLength(2);
  // One request and no full fetch: the project is looked at again when it changes.
  server.operations.length = 0;
  expect(await machine.once()).toMatchObject({ changed: false });
  server.put(aProject("a", { scrapeJobs: jobs("b.example") }));
  await machine.once();
  expect(await machine.read("prometheus/current/prometheus.yml")).toContain("b.example");
});

describe("a job whose secret the server cannot read", () => {
  const probe = anHttpProbe();
  const project = (one: string | null, rule: string, host = "192.0.2.1") =>
    aProject("a", {
      rules: [anAlert("a", rule)],
      scrapeJobs: [
        secure("scrape", { credentials: bearer(one), staticTargets: [{ host, port: 443, labels: {} }] }),
        secure("probe", { probe, credentials: basicAuth(one) }),
      ],
    });
  const kept = ["prometheus/current/scrapes/a.json", "blackbox/current/projects/a.json"];
  const probed = async () => {
    const groups = JSON.parse(await machine.read("prometheus/targets/default/a.json")) as TargetGroup[];
    return groups.map(({ labels }) => [labels.job, labels.__param_module ?? null, labels.__param_target ?? null]);
  };

  test("is kept as it was, and the rest of the project goes on", async () => {
    server.put(project("s3cret", "Old"));
    await machine.once();
    const before = await machine.files();
    server.put(project(null, "New", "192.0.2.99"));
    await machine.once();
    const after = await machine.files();
    for (const path of [...kept, ...Object.keys(before).filter((each) => each.includes("/secrets/"))]) {
      expect([path, after[path]]).toEqual([path, before[path]]);
    }
    expect(after["prometheus/current/rules/a.yml"]).toContain("alert: New");
    expect(server.reports.at(-1)?.problems.map(({ message }) => message)).toEqual([
      `Scrape job "scrape" is lacking: The secret is broken. Meanwhile the machine keeps the jobs with credentials that it had of this project, if any.`,
      `The probe of "probe" is lacking: The secret is broken. Meanwhile the machine keeps the probes that it had of this project, if any.`,
    ]);
    server.put(project("s3cret", "New", "192.0.2.99"));
    await machine.once();
    expect(await machine.read("prometheus/current/scrapes/a.json")).toContain("192.0.2.99");
    expect(server.reports.at(-1)?.problems).toEqual([]);
  });

  test("is probed where it was, with the module that it had, and nobody else is with that module", async () => {
    const other = (host: string) => aJob("other", { staticTargets: [{ host, port: 80, labels: {} }] });
    const withHost = (one: string | null, host: string) =>
      aProject("a", {
        scrapeJobs: [
          other(host),
          secure("probe", { probe, credentials: basicAuth(one), staticTargets: [{ host, port: 443, labels: {} }] }),
        ],
      });
    server.put(withHost("s3cret", "192.0.2.1"));
    await machine.once();
    const module = Object.keys(JSON.parse(await machine.read("blackbox/current/projects/a.json")))[0];
    expect(module).toMatch(/^a\/probe\/[0-9a-f]{16}$/);
    server.put(withHost(null, "192.0.2.66"));
    await machine.once();
    expect(await probed()).toEqual([
      ["other", null, null],
      ["probe", module, "https://192.0.2.1:443/"],
    ]);
    expect(await machine.read("prometheus/targets/default/a.json")).toContain('"192.0.2.66:80"');
    server.policy = {
      ...anywherePolicy,
      fingerprint: "strict",
      networks: [{ network: "192.0.2.1/32", allowed: true }],
    };
    server.put(withHost(null, "192.0.2.66"));
    await machine.once();
    expect(Object.keys(await machine.files())).not.toContain("prometheus/targets/default/a.json");
    server.put(withHost("another", "192.0.2.1"));
    await machine.once();
    const [, [job, next, target] = []] = await probed();
    expect([job, target]).toEqual(["probe", "https://192.0.2.1:443/"]);
    expect(next).toMatch(/^a\/probe\/[0-9a-f]{16}$/);
    expect(next).not.toBe(module);
  });

  test("is lacking on a machine that has nothing of it, and is not kept where a target may not be reached any more", async () => {
    server.put(project(null, "First"));
    await machine.once();
    const files = await machine.files();
    expect(kept.map((path) => files[path])).toEqual([undefined, undefined]);
    expect(await machine.secrets()).toEqual([]);
    server.put(project("s3cret", "Second"));
    await machine.once();
    server.policy = {
      ...anywherePolicy,
      fingerprint: "strict",
      networks: [{ network: "192.0.2.0/32", allowed: true }],
    };
    server.put(project(null, "Third"));
    await machine.once();
    expect(Object.keys(await machine.files())).not.toContain("prometheus/current/scrapes/a.json");
    expect(await machine.read("prometheus/current/prometheus.yml")).not.toContain("192.0.2.1");
  });
});
