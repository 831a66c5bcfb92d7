import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Alertmanager } from "../support/alertmanager.js";
import { waitFor } from "../support/wait-for.js";
import {
  equal,
  hourMs,
  inMs,
  not,
  of,
  type Person,
  regex,
  type SilencedProjects,
  startSilencedProjects,
} from "./silenced-projects.js";

const payload = "{ silence { id endsAt } userErrors { code message path } }";
const create = `mutation ($input: SilenceCreateInput!) { written: silenceCreate(input: $input) ${payload} }`;
const update = `mutation ($id: ID!, $input: SilenceUpdateInput!) { written: silenceUpdate(id: $id, input: $input) ${payload} }`;
const extend = `mutation ($id: ID!, $input: SilenceExtendInput!) { written: silenceExtend(id: $id, input: $input) ${payload} }`;
const expire = `mutation ($id: ID!) { written: silenceExpire(id: $id) ${payload} }`;
const down = equal("alertname", "Down");
const done = { silence: { id: expect.any(String), endsAt: expect.any(String) }, userErrors: [] };
const refused = (code: string, message: string, ...path: string[]) => ({
  ...{ silence: null, userErrors: [{ code, message, path: ["input", ...path] }] },
});

let projects: SilencedProjects;
const input = (change: object = {}) => ({
  ...{ project: projects.alpha, matchers: [down], duration: "30m", comment: "T123: mending" },
  ...change,
});
const written = async (who: Person, query: string, variables: object) =>
  (await projects.as(who, query, variables)).written;
const created = (who: Person, change: object = {}) => written(who, create, { input: input(change) });

describe("a policy of the settings", () => {
  beforeAll(async () => {
    projects = await startSilencedProjects({
      silences: {
        longestDuration: { MEMBER: "1h", ADMIN: "1d", OPERATOR: "30d" },
        commentPattern: "T\\d+",
        commentHint: "Name the task that it is about, for example T12345.",
        leastMatchers: 1,
      },
    });
  });
  beforeEach(() => projects.clear());

  const tooLong = (most: string) =>
    refused(
      "POLICY",
      `A silence of yours may be in force for ${most} at most, counted from now, or from its start where that is still to come.`,
      "endsAt",
    );

  it.each<[Person, string, string]>([
    ["member", "1h", "61m"],
    ["admin", "1d", "25h"],
    ["operator", "30d", "31d"],
  ])("limits how long a silence of a %s lasts", async (who, most, more) => {
    expect(await created(who, { duration: most })).toEqual(done);
    expect(await created(who, { duration: more })).toEqual(tooLong(most));
    const startsAt = inMs(5 * hourMs);
    expect(await created(who, { duration: most, startsAt })).toEqual(done);
    expect(await created(who, { duration: more, startsAt })).toEqual(tooLong(most));
  });

  it("counts an extension from now to the new end", async () => {
    const { silence } = await created("member", { duration: "40m" });
    const extended = (who: Person, duration: string) => written(who, extend, { id: silence.id, input: { duration } });
    expect(await extended("member", "15m")).toEqual(done);
    expect(await extended("member", "30m")).toEqual(tooLong("1h"));
    expect(await extended("admin", "30m")).toEqual(done);
    const bulk = `mutation ($of: SilenceSelection!) { silencesExtend(of: $of, input: { duration: "1h" }) {
      results { silence { id } userErrors { code path } } } }`;
    const { silencesExtend } = await projects.as("member", bulk, { of: { ids: [silence.id] } });
    expect(silencesExtend.results).toEqual([
      { silence: null, userErrors: [{ code: "POLICY", path: ["input", "endsAt"] }] },
    ]);
  });

  it("keeps nobody from ending or shortening what is there, nor from mending its comment", async () => {
    const { silence } = await created("operator", { duration: "20d" });
    const endsAt = inMs(10 * 24 * hourMs);
    expect(await written("member", update, { id: silence.id, input: { endsAt } })).toMatchObject({
      silence: { endsAt },
    });
    const startsAt = inMs(hourMs);
    const later = (await created("operator", { duration: "20d", startsAt: inMs(60_000) })).silence;
    expect(await written("member", update, { id: later.id, input: { startsAt } })).toEqual(done);
    expect(await written("member", update, { id: silence.id, input: { comment: "T1: still" } })).toEqual(done);
    expect(await written("member", expire, { id: silence.id })).toEqual(done);
    const beside = await projects.makeBeside([of("alpha")], { comment: "no ticket", endsAt: inMs(48 * hourMs) });
    const sooner = inMs(47 * hourMs);
    expect(await written("member", update, { id: beside, input: { endsAt: sooner } })).toMatchObject({
      silence: { id: beside, endsAt: sooner },
    });
  });

  it("is asked of a change that makes a silence reach further", async () => {
    const { silence } = await created("operator", { duration: "20d" });
    const changed = (change: object) => written("member", update, { id: silence.id, input: change });
    expect(await changed({ matchers: [of("alpha"), equal("alertname", "Slow")] })).toEqual(tooLong("1h"));
    expect(await changed({ startsAt: inMs(-hourMs) })).toEqual(tooLong("1h"));
    expect(await changed({ endsAt: inMs(21 * 24 * hourMs) })).toEqual(tooLong("1h"));
    expect(await changed({ matchers: [of("alpha"), equal("alertname", "Slow")], duration: "1h" })).toEqual(done);
  });

  it("wants something of the comment, wherever in it, and says what", async () => {
    const wrong = refused(
      "POLICY",
      "The comment must hold what the pattern T\\d+ matches. Name the task that it is about, for example T12345.",
      "comment",
    );
    for (const comment of ["mending", "T", "t123", "T 1"])
      expect(await created("operator", { comment })).toEqual(wrong);
    for (const comment of ["T1", "see T12", "two\nlines (T9)\n"])
      expect(await created("member", { comment })).toEqual(done);
    const { silence } = await created("member");
    expect(await written("member", update, { id: silence.id, input: { comment: "never mind" } })).toEqual(wrong);
    const beside = await projects.makeBeside([of("alpha"), down], { comment: "no ticket" });
    expect(await written("admin", extend, { id: beside, input: { duration: "1h" } })).toEqual(done);
  });

  it.each<[string, () => { name: string }[], number]>([
    ["a name", () => [down], 1],
    ["a pattern of names", () => [regex("alertname", "Down|Slow")], 1],
    ["nothing but the project", () => [], 0],
    ["its project once more", () => [of("alpha")], 0],
    ["any name", () => [regex("alertname", ".+")], 0],
    ["any name, said otherwise", () => [regex("alertname", "(?s:.)*.+")], 0],
    ["any name, said with a not", () => [{ name: "alertname", value: "|x", isRegex: true, isEqual: false }], 0],
    ["any or no name", () => [regex("alertname", ".*")], 0],
    ["any other name", () => [not("alertname", "Slow")], 0],
  ])("counts the labels that matchers single alerts out by: %s", async (_what, matchers, count) => {
    const tooFew = refused(
      "POLICY",
      'The matchers must single alerts out by at least 1 label besides "project", and do so by 0. One that takes alerts without the label, or any value of it, does not count.',
      "matchers",
    );
    expect(await created("member", { matchers: matchers() })).toEqual(count === 0 ? tooFew : done);
    const { silence } = await created("member");
    const change = { matchers: [of("alpha"), ...matchers().filter((matcher) => matcher.name !== "project")] };
    expect(await written("member", update, { id: silence.id, input: change })).toEqual(count === 0 ? tooFew : done);
  });

  it("is shown as it holds for whoever asks", async () => {
    const query = `query ($id: ID!) { node(id: $id) { ... on Project { silencePolicy {
      longestDuration commentPattern commentHint leastMatchers confirmAboveAlerts confirmAboveProjects } } } }`;
    const shown = {
      commentPattern: "T\\d+",
      commentHint: "Name the task that it is about, for example T12345.",
      leastMatchers: 1,
      confirmAboveAlerts: null,
      confirmAboveProjects: null,
    };
    const longest = { operator: "30d", reader: null, admin: "1d", member: "1h", viewer: null } as const;
    for (const who of ["operator", "reader", "admin", "member", "viewer"] as const) {
      const { node } = await projects.as(who, query, { id: projects.alpha });
      expect(node.silencePolicy).toEqual({ ...shown, longestDuration: longest[who] });
    }
  });
});

describe("a silence that reaches far", () => {
  const preview = `query ($input: SilencePreviewInput!) { silencePreview(input: $input) {
    confirmation { alerts projects message } } }`;
  beforeAll(async () => {
    projects = await startSilencedProjects({ silences: { confirmAbove: { alerts: 10 } } });
    await post(projects.alertmanager, 20);
  });
  beforeEach(() => projects.clear());

  const post = async (alertmanager: Alertmanager, count: number) => {
    const labels = (index: number) => ({ alertname: "Many", project: "alpha", instance: `web-${index}` });
    await alertmanager.postAlerts(Array.from({ length: count }, (_, index) => ({ labels: labels(index) })));
    const query = `{ alerts(filter: { matchers: ["alertname=Many"] }) { totalCount } }`;
    await waitFor(async () => (await projects.as("operator", query)).alerts.totalCount === count, {
      what: "the alerts to be in the graph",
    });
  };
  const many = [equal("alertname", "Many")];
  const message = "It matches 20 alerts in 1 project. If that is meant, send `confirmAlerts: 20`.";

  it("is written once its reach is confirmed as the preview tells it", async () => {
    const { silencePreview } = await projects.as("member", preview, {
      input: { project: projects.alpha, matchers: many },
    });
    expect(silencePreview.confirmation).toEqual({ alerts: 20, projects: 1, message });
    expect(await created("member", { matchers: many })).toEqual(
      refused("CONFIRMATION_REQUIRED", message, "confirmAlerts"),
    );
    expect(await created("member", { matchers: many, confirmAlerts: silencePreview.confirmation.alerts })).toEqual(
      done,
    );
  });

  it.each<[number, boolean]>([
    [-1, false],
    [0, false],
    [14, false],
    [15, true],
    [19, true],
    [25, true],
    [40, true],
    [41, false],
    [1_000_000, false],
  ])("lets a few alerts come and go meanwhile: %s of 20", async (confirmAlerts, isEnough) => {
    const outcome = await created("member", { matchers: many, confirmAlerts });
    expect(outcome).toEqual(isEnough ? done : refused("CONFIRMATION_REQUIRED", message, "confirmAlerts"));
  });

  it("needs no confirmation when it does not, nor when a change leaves it as far", async () => {
    expect(await created("member", { confirmAlerts: 99 })).toEqual(done);
    const ten = [...many, regex("instance", "web-.")];
    expect(await created("member", { matchers: ten })).toEqual(done);
    const { silence } = await created("member", { matchers: many, confirmAlerts: 20 });
    expect(await written("member", update, { id: silence.id, input: { comment: "still" } })).toEqual(done);
    expect(await written("member", extend, { id: silence.id, input: { duration: "1h" } })).toEqual(done);
    const change = { matchers: [of("alpha"), regex("instance", "web-.+")] };
    expect(await written("member", update, { id: silence.id, input: change })).toEqual(
      refused("CONFIRMATION_REQUIRED", message, "confirmAlerts"),
    );
    expect(await written("member", update, { id: silence.id, input: { ...change, confirmAlerts: 20 } })).toEqual(done);
  });

  it("is also one of more than one project, be it of few alerts", async () => {
    const platform = { project: null, matchers: [down] };
    const several = "It matches 3 alerts in 2 projects. If that is meant, send `confirmAlerts: 3`.";
    expect(await created("operator", platform)).toEqual(refused("CONFIRMATION_REQUIRED", several, "confirmAlerts"));
    expect(await created("operator", { ...platform, confirmAlerts: 3 })).toEqual(done);
    expect(await created("operator", { project: null, matchers: [regex("project", "alpha"), down] })).toEqual(done);
  });
});
