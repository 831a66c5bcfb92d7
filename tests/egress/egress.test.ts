import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startApp, type TestApp, type TestSettings } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";

const createJob = `mutation ($input: ScrapeJobCreateInput!, $dryRun: Boolean! = false) {
  scrapeJobCreate(input: $input, dryRun: $dryRun) { scrapeJob { id } userErrors { code message path } }
}`;
const updateJob = `mutation ($id: ID!, $input: ScrapeJobUpdateInput!) {
  scrapeJobUpdate(id: $id, input: $input) { scrapeJob { version } userErrors { code message path } }
}`;
const createGroup = `mutation ($input: ContactGroupCreateInput!) {
  contactGroupCreate(input: $input) { contactGroup { id } userErrors { code message path } }
}`;
const updateGroup = `mutation ($id: ID!, $input: ContactGroupUpdateInput!) {
  contactGroupUpdate(id: $id, input: $input) { contactGroup { version } userErrors { code message path } }
}`;
const message = "Projects may not reach this host, by the policy of the operators. Ask them if you need it.";
const refused = (...path: readonly string[]) => ({ code: "INVALID", message, path: ["input", ...path] });

const late = (index: string) => ({
  code: "INVALID",
  message: "This host could not be looked up in time. Try again in a moment.",
  path: ["input", "staticTargets", index, "host"],
});

/** What the names of this test lead to now. */
const addresses = new Map<string, readonly string[]>();
let asked: string[] = [];

interface Started {
  readonly app: TestApp;
  readonly member: string;
  readonly project: string;
}

async function start(egress: TestSettings["egress"]): Promise<Started> {
  const resolve = async (name: string) => {
    asked.push(name);
    if (name.startsWith("broken")) throw Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" });
    if (name.startsWith("silent")) return new Promise<never>(() => {});
    return addresses.get(name) ?? [];
  };
  const app = await startApp(await createSqliteDatabase(), { egress, resolve });
  const create = `mutation { projectCreate(input: { name: "web" }) { project { id } } }`;
  const project: string = (await app.data(app.operator, create)).projectCreate.project.id;
  return { app, project, member: await app.token({ [project]: "MEMBER" }) };
}

beforeEach(() => {
  asked = [];
  addresses.clear();
  addresses.set("public.example", ["1.1.1.1", "2606:4700::1111"]);
  addresses.set("private.example", ["10.0.0.7"]);
  addresses.set("half.example", ["1.1.1.1", "2606:4700::1111", "fe80::1"]);
  addresses.set("metadata.example", ["169.254.169.254"]);
});

const jobNames = async ({ app }: Started) => {
  const { project } = await app.data(app.operator, `{ project(name: "web") { scrapeJobs { nodes { name } } } }`);
  return project.scrapeJobs.nodes.map(({ name }: { name: string }) => name);
};

describe("with the settings as they are by default", () => {
  let started: Started;
  beforeAll(async () => {
    started = await start({});
  });
  let made = 0;
  const createWith = async (values: object) => {
    const input = { project: started.project, name: `job ${made++}`, ...values };
    return (await started.app.data(started.member, createJob, { input })).scrapeJobCreate;
  };
  const target = (host: string) => ({ staticTargets: [{ host, port: 80 }] });
  const group = async (...contacts: readonly object[]) => {
    const input = { project: started.project, name: `group ${made++}`, contacts };
    return (await started.app.data(started.member, createGroup, { input })).contactGroupCreate;
  };

  it.each([
    "169.254.169.254",
    "localhost",
    "metadata.example",
    "private.example",
    "half.example",
    "127.0.0.1",
    "0.0.0.0",
    "::1",
    "[::ffff:169.254.169.254]",
    "64:ff9b::a9fe:a9fe",
    "fd00:ec2::254",
    "10.1.2.3",
    "192.168.0.1",
    "db1",
    "a.localhost",
    "printer.local",
  ])("%s is refused as a target, a Host header and a webhook, always in the same words", async (host) => {
    const before = await jobNames(started);
    expect(await createWith(target(host))).toEqual({
      scrapeJob: null,
      userErrors: [refused("staticTargets", "0", "host")],
    });
    const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
    for (const hostHeader of [bracketed, `${bracketed}:8080`]) {
      expect(await createWith({ ...target("public.example"), probe: { http: { hostHeader } } })).toEqual({
        scrapeJob: null,
        userErrors: [refused("probe", "http", "hostHeader")],
      });
    }
    const contacts = [
      { type: "WEBHOOK", value: `http://${bracketed}:9093/alerts?x=1` },
      { type: "WEBHOOK", value: "https://public.example/" },
      { type: "SLACK", value: "#ops", secret: `https://${bracketed}/services/x` },
    ];
    expect(await group(...contacts)).toEqual({
      contactGroup: null,
      userErrors: [refused("contacts", "0", "value"), refused("contacts", "2", "secret")],
    });
    expect(await jobNames(started)).toEqual(before);
  });

  it.each(["public.example", "PUBLIC.example", "1.1.1.1", "unheard-of.example", "[2606:4700::1111]"])(
    "%s is taken",
    async (host) => {
      expect((await createWith(target(host))).userErrors).toEqual([]);
      expect((await group({ type: "WEBHOOK", value: `http://${host}/` })).userErrors).toEqual([]);
    },
  );

  it.each([
    "file:///etc/passwd",
    "gopher://public.example/",
    "http://u:p@public.example/",
    "http://public.example@10.0.0.1/",
  ])("the URL %s is malformed, and nobody is asked for its host", async (value) => {
    const { userErrors } = await group({ type: "WEBHOOK", value });
    expect(userErrors).toEqual([
      { code: "INVALID", message: expect.stringMatching(/^A URL/), path: ["input", "contacts", "0", "value"] },
    ]);
    expect(asked).toEqual([]);
  });

  it("each host is told of at its own place, each name asked for once in a request, with all roots of the document", async () => {
    const hosts = ["private.example", "public.example", "10.0.0.1", "private.example", "metadata.example"];
    const input = (name: string) => ({
      project: started.project,
      name,
      staticTargets: hosts.map((host, index) => ({ host, port: 80 + index })),
    });
    const twice = `mutation ($a: ScrapeJobCreateInput!, $b: ScrapeJobCreateInput!) {
      a: scrapeJobCreate(input: $a, dryRun: true) { userErrors { code message path } }
      b: scrapeJobCreate(input: $b) { userErrors { code message path } }
    }`;
    const answer = await started.app.data(started.member, twice, { a: input("a"), b: input("b") });
    const userErrors = ["0", "2", "3", "4"].map((index) => refused("staticTargets", index, "host"));
    expect(answer).toEqual({ a: { userErrors }, b: { userErrors } });
    expect(asked.toSorted()).toEqual(["metadata.example", "private.example", "public.example"]);
  });

  it("a name that nobody can tell of is not taken, as one without an address is", async () => {
    const hosts = ["broken.example", "public.example", "metadata.example", "unheard-of.example"];
    const targets = (names: readonly string[]) => ({ staticTargets: names.map((host) => ({ host, port: 80 })) });
    expect((await createWith(targets(hosts))).userErrors).toEqual([late("0"), refused("staticTargets", "2", "host")]);
  });

  it("nobody is asked for names by those who may not write, and for input that is wrong anyway", async () => {
    const viewer = await started.app.token({ [started.project]: "VIEWER" });
    const other = `mutation { projectCreate(input: { name: "other" }) { project { id } } }`;
    const stranger = await started.app.token({
      [(await started.app.data(started.app.operator, other)).projectCreate.project.id]: "ADMIN",
    });
    const input = { project: started.project, name: "x", ...target("public.example") };
    for (const token of [viewer, stranger, null]) {
      expect((await started.app.graphql(token, createJob, { input })).data?.scrapeJobCreate).toBeUndefined();
    }
    expect((await createWith({ ...target("public.example"), metricsPath: "x" })).userErrors).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it("a host that was taken may stay when its name has turned private, and cannot be taken again", async () => {
    const created = await createWith(target("public.example"));
    addresses.set("public.example", ["10.0.0.1"]);
    const update = async (input: object) =>
      (await started.app.data(started.member, updateJob, { id: created.scrapeJob.id, input })).scrapeJobUpdate;
    expect(await update({ enabled: false })).toEqual({ scrapeJob: { version: 2 }, userErrors: [] });
    expect(asked).toEqual(["public.example"]);
    const more = { staticTargets: ["public.example", "half.example"].map((host) => ({ host, port: 81 })) };
    expect((await update(more)).userErrors).toEqual([refused("staticTargets", "1", "host")]);
    expect((await update({ staticTargets: [] })).userErrors).toEqual([]);
    expect((await update(target("public.example"))).userErrors).toEqual([refused("staticTargets", "0", "host")]);

    const webhook = { type: "WEBHOOK", value: "https://moved.example/" };
    const { contactGroup } = await group(webhook);
    addresses.set("moved.example", ["127.0.0.1"]);
    const change = async (...contacts: object[]) => {
      const variables = { id: contactGroup.id, input: { contacts } };
      return (await started.app.data(started.member, updateGroup, variables)).contactGroupUpdate.userErrors;
    };
    expect(await change({ ...webhook, sendResolved: false })).toEqual([]);
    expect(await change(webhook, { ...webhook, value: "https://moved.example/2" })).toEqual([
      refused("contacts", "1", "value"),
    ]);
  });

  it("an HTTP probe follows no redirects, which could lead anywhere", async () => {
    const probe = (followRedirects?: boolean | null) => ({
      ...target("1.1.1.1"),
      probe: { http: { followRedirects } },
    });
    expect((await createWith(probe(true))).userErrors).toEqual([
      {
        code: "INVALID",
        message:
          "Redirects are not followed here, since they could lead anywhere. Probe the address that they lead to.",
        path: ["input", "probe", "http", "followRedirects"],
      },
    ]);
    for (const follows of [false, null, undefined]) expect((await createWith(probe(follows))).userErrors).toEqual([]);
  });
});

describe("with names that nobody answers for", () => {
  it("a name is not taken because there was no time left for it", async () => {
    const { app, project, member } = await start({});
    const hosts = ["silent1.example", "silent2.example", "metadata.example"];
    const input = { project, name: "x", staticTargets: hosts.map((host) => ({ host, port: 80 })) };
    expect((await app.data(member, createJob, { input })).scrapeJobCreate).toEqual({
      scrapeJob: null,
      userErrors: ["0", "1", "2"].map(late),
    });
  });

  it("one project keeps no other from naming hosts", async () => {
    const { app, project, member } = await start({ unresolved: "refuse" });
    const create = `mutation { projectCreate(input: { name: "other" }) { project { id } } }`;
    const other: string = (await app.data(app.operator, create)).projectCreate.project.id;
    const dead = Array.from({ length: 30 }, (_, index) => ({ host: `silent${index}.example`, port: 80 }));
    const attempt = (name: string) =>
      app.data(member, createJob, { input: { project, name, staticTargets: dead }, dryRun: true });
    const attempts = await Promise.all(["a", "b", "c"].map(attempt));
    expect(attempts.map(({ scrapeJobCreate: { userErrors } }) => userErrors.length)).toEqual([30, 30, 30]);
    const input = { project: other, name: "x", staticTargets: [{ host: "public.example", port: 80 }] };
    const token = await app.token({ [other]: "MEMBER" });
    expect((await app.data(token, createJob, { input })).scrapeJobCreate.userErrors).toEqual([]);
  });
});

describe("with the settings of a cloud", () => {
  let started: Started;
  beforeAll(async () => {
    started = await start({
      allowedNetworks: ["10.0.0.0/16"],
      refusedNetworks: ["10.0.0.1", "1.1.1.0/24"],
      hosts: [{ names: ["*.{name}.cloud.example"], uses: ["TARGETS"] }],
      unresolved: "refuse",
    });
  });
  const errorsOf = async (host: string) => {
    const input = { project: started.project, name: `job ${host}`, staticTargets: [{ host, port: 80 }] };
    return (await started.app.data(started.member, createJob, { input })).scrapeJobCreate.userErrors;
  };

  it("a project reaches its own instances, and nobody else's, nor the infrastructure", async () => {
    addresses.set("a.web.cloud.example", ["10.0.3.4"]);
    addresses.set("bad.web.cloud.example", ["10.0.0.1"]);
    addresses.set("a.other.cloud.example", ["10.0.3.4"]);
    const hosts = ["a.web.cloud.example", "10.0.9.9", "8.8.8.8"];
    for (const host of hosts) expect([host, await errorsOf(host)]).toEqual([host, []]);
    const path = ["staticTargets", "0", "host"];
    for (const host of [
      "bad.web.cloud.example",
      "a.other.cloud.example",
      "public.example",
      "10.0.0.1",
      "10.1.0.1",
      "1.1.1.1",
    ]) {
      expect([host, await errorsOf(host)]).toEqual([host, [refused(...path)]]);
    }
  });

  it("a name without an address, and one with a refused address, are answered alike", async () => {
    addresses.set("there.web.cloud.example", ["10.99.0.1"]);
    const path = ["staticTargets", "0", "host"];
    expect(await errorsOf("there.web.cloud.example")).toEqual([refused(...path)]);
    expect(await errorsOf("nowhere.web.cloud.example")).toEqual([refused(...path)]);
  });
});

describe("the policy in the graph", () => {
  const query = `{ egressPolicy {
    fingerprint networks { network allowed } hosts { projects uses names addresses } unresolvedAllowed probeRedirects credentialsOverHttp
  } }`;
  const settings: TestSettings["egress"] = {
    allowedNetworks: ["10.0.0.0/8"],
    refusedNetworks: ["10.0.0.1"],
    hosts: [{ projects: "web-*", names: ["*.{name}.example"] }],
    unresolved: "refuse",
  };

  it("is there for agents, operators and readers, and for nobody else", async () => {
    const { app, member, project } = await start(settings);
    const answers = [];
    for (const token of [app.operator, await app.token("READER"), await app.token("AGENT")])
      answers.push((await app.data(token, query)).egressPolicy);
    const [policy] = answers;
    expect(answers).toEqual([policy, policy, policy]);
    expect(policy).toEqual({
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      networks: expect.arrayContaining([
        { network: "10.0.0.1/32", allowed: false },
        { network: "10.0.0.0/8", allowed: true },
        { network: "169.254.169.254/32", allowed: false },
        { network: "::/0", allowed: false },
      ]),
      hosts: [{ projects: "web-*", uses: ["TARGETS", "CONTACTS"], names: ["*.{name}.example"], addresses: true }],
      unresolvedAllowed: false,
      probeRedirects: false,
      credentialsOverHttp: false,
    });
    for (const token of [member, await app.token({ [project]: "ADMIN" })]) {
      const { data, errors } = await app.graphql(token, query);
      expect([data, errors?.map(({ extensions }) => extensions.code)]).toEqual([null, ["FORBIDDEN"]]);
    }
  });

  it("has another fingerprint whenever it says something else", async () => {
    const fingerprints = [];
    for (const each of [settings, settings, { ...settings, probeRedirects: true }, {}]) {
      const { app } = await start(each);
      fingerprints.push((await app.data(app.operator, query)).egressPolicy.fingerprint);
    }
    expect(fingerprints[0]).toBe(fingerprints[1]);
    expect(new Set(fingerprints).size).toBe(3);
  });
});
