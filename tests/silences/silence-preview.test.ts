import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startAlertmanager } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { freePort } from "../support/ports.js";
import { waitFor } from "../support/wait-for.js";
import {
  equal,
  not,
  of,
  type Person,
  regex,
  type SilencedProjects,
  startSilencedProjects,
  unknownId,
} from "./silenced-projects.js";

const preview = `query ($input: SilencePreviewInput!, $first: Int, $after: String, $filter: AlertFilter) {
  silencePreview(input: $input) {
    cluster matchers { name value isRegex isEqual } quietCount projectCount counts { name count project { name } }
    alerts(first: $first, after: $after, filter: $filter) { nodes { name labels } totalCount pageInfo { endCursor } }
    noLongerMatched { nodes { labels } totalCount } rules { nodes { rule { name } globalRule { name } } totalCount }
    problems { code message blocks path } confirmation { alerts } policy { longestDuration } } }`;
const down = equal("alertname", "Down");
const slow = equal("alertname", "Slow");

let projects: SilencedProjects;
beforeAll(async () => {
  projects = await startSilencedProjects();
});
beforeEach(() => projects.clear());

const ask = async (who: Person, input: object, more: object = {}) =>
  (await projects.as(who, preview, { input, ...more })).silencePreview;
const ofAlpha = (matchers: object[] = [down], change: object = {}) => ({
  ...{ project: projects.alpha, matchers },
  ...change,
});
const codesOf = ({ problems }: { problems: { code: string; blocks: boolean }[] }) =>
  problems.map(({ code, blocks }) => (blocks ? `${code}!` : code));

describe("a preview", () => {
  it("tells of a new silence what it would match, and writes nothing", async () => {
    expect(await ask("member", ofAlpha())).toEqual({
      cluster: "main",
      matchers: [
        { ...of("alpha"), isRegex: false, isEqual: true },
        { ...down, isRegex: false, isEqual: true },
      ],
      quietCount: 0,
      projectCount: 1,
      counts: [{ name: "alpha", count: 1, project: { name: "alpha" } }],
      alerts: {
        nodes: [{ name: "Down", labels: { alertname: "Down", project: "alpha", severity: "page" } }],
        totalCount: 1,
        pageInfo: { endCursor: expect.any(String) },
      },
      noLongerMatched: { nodes: [], totalCount: 0 },
      rules: { nodes: [], totalCount: 0 },
      problems: [],
      confirmation: null,
      policy: { longestDuration: "366d" },
    });
    expect(
      (await projects.as("operator", "{ silences(filter: { states: [ACTIVE] }) { totalCount } }")).silences,
    ).toEqual({
      totalCount: 0,
    });
  });

  it("shows to each what they may see, and says who may write it", async () => {
    const platform = { matchers: [down] };
    const seen = async (who: Person, input: object) => {
      const found = await ask(who, input);
      const counts = found.counts.map(
        ({ name, count }: { name: string; count: number }) => `${name || "none"} ${count}`,
      );
      return [found.alerts.totalCount, found.projectCount, counts, codesOf(found), found.policy.longestDuration];
    };
    const several = "COVERS_SEVERAL_PROJECTS";
    const all = ["alpha 1", "beta 1", "none 1"];
    expect(await seen("operator", platform)).toEqual([3, 2, expect.arrayContaining(all), [several], "366d"]);
    expect(await seen("reader", platform)).toEqual([
      ...[3, 2, expect.arrayContaining(all), ["NOT_ALLOWED!", several], null],
    ]);
    expect(await seen("member", platform)).toEqual([1, 1, ["alpha 1"], ["NOT_ALLOWED!", several], null]);
    expect(await seen("betaMember", platform)).toEqual([1, 1, ["beta 1"], ["NOT_ALLOWED!", several], null]);
    expect(await seen("viewer", ofAlpha())).toEqual([1, 1, ["alpha 1"], ["NOT_ALLOWED!"], null]);
    expect(await seen("member", { matchers: [of("beta"), down] })).toEqual([
      ...[0, 0, [], ["NOT_ALLOWED!", "MATCHES_NOTHING"], null],
    ]);
  });

  it("answers for what is invisible as for what does not exist", async () => {
    const id = await projects.make({ project: projects.beta });
    const theirs = await projects.ask("member", preview, { input: { silence: id } });
    expect(theirs).toMatchObject({ errors: [{ message: "Silence not found.", extensions: { code: "NOT_FOUND" } }] });
    expect(await projects.ask("member", preview, { input: { silence: unknownId } })).toEqual(theirs);
    const project = await projects.ask("member", preview, { input: { project: projects.beta, matchers: [down] } });
    expect(project).toMatchObject({ errors: [{ message: "Project not found." }] });
    const nobodys = { project: "prj_00000000008008000000000000", matchers: [down] };
    expect(await projects.ask("member", preview, { input: nobodys })).toEqual(project);
  });

  it("tells of a change what it would match no longer, and what else keeps quiet already", async () => {
    const id = await projects.make({ matchers: [regex("alertname", "Down|Slow")] });
    const changed = { silence: id, matchers: [of("alpha"), slow] };
    const found = await ask("member", changed);
    expect(found).toMatchObject({
      alerts: { nodes: [{ name: "Slow" }] },
      noLongerMatched: { nodes: [{ labels: { alertname: "Down" } }], totalCount: 1 },
      quietCount: 0,
      problems: [],
    });
    const other = await projects.make({ matchers: [slow] });
    expect((await ask("member", changed)).quietCount).toBe(1);
    expect(await ask("member", { silence: other })).toMatchObject({
      alerts: { totalCount: 1 },
      noLongerMatched: { totalCount: 0 },
      quietCount: 1,
      problems: [],
    });
  });

  it("tells of a change that is not for the caller to make, or of what has ended", async () => {
    const platform = await projects.makeBeside([down]);
    expect(await ask("member", { silence: platform, matchers: [of("alpha"), slow] })).toMatchObject({
      problems: [{ code: "NOT_ALLOWED", message: "This silence is not for you to change.", blocks: true }],
      noLongerMatched: { nodes: [{ labels: { alertname: "Down", project: "alpha" } }] },
    });
    const ended = await projects.make();
    await projects.clear();
    expect(await ask("member", { silence: ended, matchers: [of("alpha"), slow] })).toMatchObject({
      problems: [{ code: "NOT_ALLOWED", message: expect.stringContaining("has expired") }],
    });
  });

  it.each<[string, (object | undefined)[], Person, string[]]>([
    ["no alert", [equal("alertname", "Never")], "member", ["MATCHES_NOTHING"]],
    ["all that the project has", [], "member", ["TOO_BROAD"]],
    ["any name", [regex("alertname", ".+")], "member", ["TOO_BROAD"]],
    ["any name or none", [regex("alertname", ".*"), not("alertname", "")], "member", ["TOO_BROAD"]],
    ["all but one that is not there", [not("alertname", "Never")], "member", ["TOO_BROAD"]],
    ["all names that there are", [regex("alertname", "Down|Slow")], "member", ["TOO_BROAD"]],
    ["one of its names", [regex("alertname", "D.+")], "member", []],
  ])("warns of a silence of %s", async (_what, matchers, who, codes) => {
    expect(codesOf(await ask(who, ofAlpha(matchers as object[])))).toEqual(codes);
  });

  it.each<[string, object[], string[]]>([
    ["one project by a pattern", [regex("project", "alpha"), down], []],
    ["two projects", [regex("project", "alpha|beta"), down], ["COVERS_SEVERAL_PROJECTS"]],
    ["a pattern of projects", [regex("project", "a.*"), down], ["COVERS_SEVERAL_PROJECTS"]],
    ["two projects, and not the one", [regex("project", "alpha|beta"), not("project", "beta"), down], []],
    ["no project", [equal("project", ""), down], []],
    [
      "a pattern of projects that have no such alert",
      [regex("project", "a.*"), equal("x", "y")],
      [...["MATCHES_NOTHING", "COVERS_SEVERAL_PROJECTS"]],
    ],
    ["all but one", [not("project", "alpha"), down], ["COVERS_SEVERAL_PROJECTS"]],
    ["everything", [regex("alertname", ".+")], ["TOO_BROAD", "COVERS_SEVERAL_PROJECTS"]],
  ])("says to operators when a silence is not for one project alone: %s", async (_what, matchers, codes) => {
    expect(codesOf(await ask("operator", { matchers }))).toEqual(codes);
  });

  it.each<[string, () => object, string[]]>([
    ["a pattern that is none", () => ofAlpha([regex("a", "(")]), ["input.matchers.0.value"]],
    [
      "names that are none",
      () => ofAlpha([equal("a-b", "x"), equal("", "x")]),
      [...["input.matchers.0.name", "input.matchers.1.name"]],
    ],
    ["another project", () => ofAlpha([of("beta")]), ["input.matchers.0"]],
    ["nothing at all", () => ({ matchers: [regex("a", ".*")] }), ["input.matchers"]],
    ["no matchers", () => ({}), ["input.matchers"]],
    ["a cluster that is not there", () => ofAlpha([down], { cluster: "other" }), ["input.cluster"]],
    ["matchers of 9,000 bytes", () => ofAlpha(Array(9).fill(equal("a", "x".repeat(1_000)))), ["input.matchers"]],
  ])("tells of %s as a problem at its place", async (_what, input, paths) => {
    const found = await ask("operator", input());
    expect(found.problems.map(({ path }: { path: string[] }) => path.join("."))).toEqual(paths);
    expect(new Set(codesOf(found))).toEqual(new Set(["INVALID!"]));
    expect(found).toMatchObject({ cluster: null, alerts: { totalCount: 0 }, rules: { totalCount: 0 } });
  });

  it("of a change takes neither project nor cluster", async () => {
    const silence = await projects.make();
    const found = await ask("member", { silence, project: projects.alpha, cluster: "main", matchers: [down] });
    expect(found.problems.map(({ path }: { path: string[] }) => path.join("."))).toEqual([
      "input.project",
      "input.cluster",
    ]);
  });

  it.each<[string, object]>([
    ["10,000 matchers", { matchers: Array(4_000).fill(equal("a", "b")) }],
    ["an id of another kind", { silence: "prj_00000000008008000000000000" }],
    ["a project's id that is none", { project: "../alpha", matchers: [] }],
  ])("refuses %s", async (_what, input) => {
    expect(await projects.ask("member", preview, { input })).toMatchObject({
      errors: [{ extensions: { code: "BAD_USER_INPUT" } }],
    });
  });

  it("is counted by what its patterns take", async () => {
    const matchers = Array.from({ length: 20 }, (_, index) => regex("severity", `(${"a|b|[cd]".repeat(40)})+${index}`));
    const { extensions } = (await projects.app.graphql(projects.tokens.member, preview, {
      input: ofAlpha(matchers),
    })) as unknown as { extensions: { cost: { matching: number } } };
    expect(extensions.cost.matching).toBeGreaterThan(1_000);
  });

  it("is paged and filtered", async () => {
    const input = ofAlpha([]);
    const first = await ask("member", input, { first: 1 });
    expect(first.alerts).toMatchObject({ totalCount: 2, nodes: [expect.anything()] });
    const second = await ask("member", input, { first: 1, after: first.alerts.pageInfo.endCursor });
    const names = [first, second].flatMap(({ alerts }) => alerts.nodes.map(({ name }: { name: string }) => name));
    expect(names.sort()).toEqual(["Down", "Slow"]);
    expect((await ask("member", input, { filter: { severities: ["info"] } })).alerts).toMatchObject({
      nodes: [{ name: "Slow" }],
      totalCount: 1,
    });
  });
});

describe("rules that could come to match", () => {
  const rule = async (project: string, name: string, more: object = {}) => {
    const query = `mutation ($input: AlertingRuleCreateInput!) {
      alertingRuleCreate(input: $input) { alertingRule { id } userErrors { message } } }`;
    const input = { project, name, expr: "up == 0", ...more };
    const { alertingRuleCreate } = await projects.as("operator", query, { input });
    expect(alertingRuleCreate.userErrors).toEqual([]);
    return alertingRuleCreate.alertingRule.id as string;
  };
  beforeAll(async () => {
    const { as, alpha, beta } = projects;
    const labelled = `mutation ($id: ID!) { projectUpdate(id: $id, input: { extraLabels: { team: "blue" } }) { userErrors { code } } }`;
    await as("operator", labelled, { id: alpha });
    await rule(alpha, "DiskFull", { severity: "critical", labels: { tier: "one" } });
    await rule(alpha, "Templated", { labels: { tier: "{{ $labels.tier }}", team: "" } });
    await rule(alpha, "Off", { enabled: false });
    await rule(beta, "DiskFull", { severity: "critical" });
    const firing = await rule(alpha, "Firing", { labels: { tier: "none" } });
    const global = `mutation ($input: GlobalRuleCreateInput!) { globalRuleCreate(input: $input) { userErrors { message } } }`;
    const everywhere = { expr: "up == 0", severity: "critical" };
    await as("operator", global, { input: { ...everywhere, name: "HostDown" } });
    await as("operator", global, {
      input: { ...everywhere, name: "ThanosDown", mode: "GLOBAL", labels: { tier: "one" } },
    });
    await as("operator", global, { input: { ...everywhere, name: "HostOff", enabled: false } });
    await projects.alertmanager.postAlerts([
      {
        labels: { alertname: "Firing", project: "alpha", severity: "warning", team: "blue", instance: "one" },
        annotations: { metricsinfra_rule_id: firing },
      },
    ]);
    const found = `{ alerts(filter: { matchers: ["alertname=Firing"] }) { totalCount } }`;
    await waitFor(async () => (await as("operator", found)).alerts.totalCount === 1, { what: "the alert to be there" });
  });
  const rulesFor = async (who: Person, input: object): Promise<string[]> => {
    const { rules } = await ask(who, input);
    expect(rules.totalCount).toBe(rules.nodes.length);
    return rules.nodes.map(
      ({ rule: own, globalRule }: { rule: { name: string } | null; globalRule: { name: string } | null }) =>
        own ? own.name : `${globalRule?.name} everywhere`,
    );
  };

  it.each<[string, object[], string[]]>([
    ["everything", [], ["DiskFull", "HostDown everywhere", "Templated", "ThanosDown everywhere"]],
    ["a name", [equal("alertname", "DiskFull")], ["DiskFull"]],
    ["a pattern of names", [regex("alertname", "Host.*|Off")], ["HostDown everywhere"]],
    ["a severity", [equal("severity", "warning")], ["Templated"]],
    ["a label that a rule sets", [equal("tier", "two")], ["HostDown everywhere", "Templated"]],
    [
      "a label that a rule sets, or sets from its series",
      [equal("tier", "one")],
      [...["DiskFull", "HostDown everywhere", "Templated", "ThanosDown everywhere"]],
    ],
    [
      "a label of the project, that a rule takes off",
      [equal("team", "blue")],
      [...["DiskFull", "HostDown everywhere", "ThanosDown everywhere"]],
    ],
    ["another value of it", [equal("team", "red")], ["HostDown everywhere", "ThanosDown everywhere"]],
    ["a label that comes of the series", [equal("instance", "two"), equal("alertname", "DiskFull")], ["DiskFull"]],
    ["an alert of a rule that fires for another", [equal("instance", "two"), equal("alertname", "Firing")], ["Firing"]],
    ["an alert of a rule that fires", [equal("alertname", "Firing")], []],
  ])("are those of the project and the global ones: for %s", async (_what, matchers, names) => {
    expect(await rulesFor("viewer", ofAlpha(matchers))).toEqual(names);
  });

  it("are for several projects the global ones alone", async () => {
    const matchers = [equal("severity", "critical")];
    expect(await rulesFor("operator", { matchers })).toEqual(["HostDown everywhere", "ThanosDown everywhere"]);
    expect(await rulesFor("operator", { matchers: [regex("project", "alpha|beta"), ...matchers] })).toHaveLength(2);
  });

  it("are none of a project that the caller does not see", async () => {
    const theirs = { matchers: [of("beta"), equal("severity", "critical")] };
    expect(await rulesFor("member", theirs)).toEqual([]);
    expect(await rulesFor("operator", theirs)).toContain("DiskFull");
  });

  it("are paged", async () => {
    const query = `query ($input: SilencePreviewInput!, $after: String) { silencePreview(input: $input) {
      rules(first: 3, after: $after) { nodes { rule { name } } pageInfo { endCursor hasNextPage } } } }`;
    const page = async (after: string | null) =>
      (await projects.as("member", query, { input: ofAlpha([]), after })).silencePreview.rules;
    const first = await page(null);
    expect(first).toMatchObject({ nodes: [{}, {}, {}], pageInfo: { hasNextPage: true } });
    expect(await page(first.pageInfo.endCursor)).toMatchObject({
      nodes: [{ rule: null }],
      pageInfo: { hasNextPage: false },
    });
  });
});

describe("what a preview tells", () => {
  const values = ["", "a", "b", "ab", "a.b", "a\nb", "Ä", "0"];
  const patterns = ["a", ".*", ".+", "a|b", "a.b", "(?i)A", "[^a]", "a.*b", "^a$", "", "\\d", "(?s)a.b", "ä|Ä"];
  it("is what Alertmanager keeps quiet then, for generated matchers", async () => {
    const alerts = values.flatMap((x, index) => {
      const labels: Record<string, string> = { alertname: "Generated", project: "beta", n: `${index}` };
      return [{ labels: { ...labels, x } }, { labels: { ...labels, x, y: "a" } }];
    });
    await projects.alertmanager.postAlerts(alerts);
    const generated = `{ alerts(filter: { matchers: ["alertname=Generated"] }) { totalCount } }`;
    await waitFor(async () => (await projects.as("operator", generated)).alerts.totalCount === 16, {
      what: "the alerts to be there",
    });
    const forms = [
      { isRegex: true, isEqual: true },
      { isRegex: true, isEqual: false },
    ];
    const cases = [
      ...patterns.flatMap((value) => forms.map((form) => ({ name: "x", value, ...form }))),
      ...values.flatMap((value) => [equal("x", value), not("x", value)]),
    ];
    for (const matcher of cases) {
      const matchers = [of("beta"), equal("alertname", "Generated"), matcher, regex("y", "a|")];
      const told = await ask("operator", { matchers }, { first: 100 });
      const id = await projects.make({ project: null, matchers });
      const stored = (await projects.alertmanager.api("/api/v2/alerts?silenced=true&active=false")) as {
        labels: Record<string, string>;
      }[];
      const inOrder = (all: { labels: Record<string, string> }[]) =>
        all.map(({ labels }) => JSON.stringify(labels)).sort();
      expect([matcher, inOrder(told.alerts.nodes)]).toEqual([matcher, inOrder(stored)]);
      await projects.as("operator", "mutation ($id: ID!) { silenceExpire(id: $id) { silence { id } } }", { id });
    }
  });
});

it("a preview needs the cluster's name where there are several, and is null before one has answered", async () => {
  const main = await startAlertmanager();
  const cluster = (name: string, url: string) => ({ name, members: [{ name, url }] });
  const away = `http://127.0.0.1:${await freePort()}`;
  const upstreams = { pollIntervalSeconds: 0.2 };
  const two = await startApp(await createSqliteDatabase(), {
    alertmanagers: [cluster("main", main.url), cluster("away", away)],
    upstreams,
  });
  await main.postAlerts([{ labels: { alertname: "Down" } }]);
  await waitFor(async () => (await two.data(two.operator, "{ alerts { totalCount } }")).alerts?.totalCount === 1, {
    what: "the alert to be there",
  });
  const count = async (input: object) => (await two.data(two.operator, preview, { input })).silencePreview;
  expect((await count({ matchers: [down] })).problems).toMatchObject([
    { code: "INVALID", message: "Name one of the Alertmanager clusters: main, away.", path: ["input", "cluster"] },
  ]);
  expect((await count({ matchers: [down], cluster: "main" })).alerts.totalCount).toBe(1);
  expect((await count({ matchers: [down], cluster: "away" })).alerts.totalCount).toBe(0);
  const none = await startApp(await createSqliteDatabase(), { alertmanagers: [cluster("away", away)], upstreams });
  expect(await none.data(none.operator, preview, { input: { matchers: [down] } })).toEqual({ silencePreview: null });
});
