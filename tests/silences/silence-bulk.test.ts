import { beforeAll, beforeEach, expect, it } from "vitest";
import { describeOnEachDatabase } from "../support/databases.js";
import {
  equal,
  hourMs,
  inMs,
  type Person,
  type SilencedProjects,
  startSilencedProjects,
  unknownId,
} from "./silenced-projects.js";

const results =
  "results { id silence { id state endsAt } userErrors { code message path } } userErrors { code message path }";
const expire = `mutation ($of: SilenceSelection!) { done: silencesExpire(of: $of) { ${results} } }`;
const extend = `mutation ($of: SilenceSelection!, $input: SilencesExtendInput!) {
  done: silencesExtend(of: $of, input: $input) { ${results} } }`;
const notFound = (id: string) => ({
  ...{ id, silence: null },
  userErrors: [{ code: "NOT_FOUND", message: "Silence not found.", path: ["of"] }],
});
const later = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString();

describeOnEachDatabase((database) => {
  let projects: SilencedProjects;
  beforeAll(async () => {
    projects = await startSilencedProjects({}, database.settings);
  });
  beforeEach(() => projects.clear());

  const three = async () => [
    await projects.make({ comment: "one" }),
    await projects.make({ comment: "two", duration: "2h" }),
    await projects.make({ comment: "three", startsAt: inMs(hourMs) }),
  ];
  const run = async (who: Person, query: string, of: object, input = {}, headers = {}) =>
    (await projects.as(who, query, { of, input }, headers)).done;
  /** What is in force, by comment, with its end. */
  const ends = async (who: Person = "operator"): Promise<Record<string, string>> => {
    const query = "{ silences(filter: { states: [ACTIVE, PENDING] }) { nodes { comment endsAt } } }";
    const { nodes } = (await projects.as(who, query)).silences;
    return Object.fromEntries(
      nodes.map((silence: { comment: string; endsAt: string }) => [silence.comment, silence.endsAt]),
    );
  };
  const entriesOn = async (ids: readonly string[]) => {
    const query =
      "query ($id: ID!) { auditEntries(filter: { entityId: $id }) { nodes { action actor project { name } } } }";
    const answers = await Promise.all(ids.map((id) => projects.as("operator", query, { id })));
    return answers.map(({ auditEntries }) => auditEntries.nodes);
  };

  it("ends several, each by itself, in the next answer and in the change log", async () => {
    const ids = await three();
    const { results, userErrors } = await run("member", expire, { ids });
    expect(userErrors).toEqual([]);
    expect(results).toEqual(
      ids.map((id) => ({ id, silence: { id, state: "EXPIRED", endsAt: expect.any(String) }, userErrors: [] })),
    );
    expect(await ends()).toEqual({});
    const common = { actor: "test", project: { name: "alpha" } };
    const told = [
      { action: "UPDATE", ...common },
      { action: "CREATE", ...common },
    ];
    expect(await entriesOn(ids)).toEqual([told, told, told]);
  });

  it("moves each end by as much, from where it is, or all to one time", async () => {
    const ids = await three();
    const before = await ends();
    const endsAfter = (ms: number) =>
      Object.fromEntries(Object.entries(before).map(([comment, end]) => [comment, later(end, ms)]));
    await run("member", extend, { ids }, { duration: "30m" });
    expect(await ends()).toEqual(endsAfter(hourMs / 2));
    const endsAt = later(before.one ?? "", 1.25 * hourMs);
    const { results } = await run("member", extend, { ids }, { endsAt });
    expect(await ends()).toEqual({ ...endsAfter(hourMs / 2), one: endsAt });
    const codes = results.map((result: { userErrors: { code: string; path: string[] }[] }) =>
      result.userErrors.map(({ code, path }) => [code, ...path]),
    );
    expect(codes).toEqual([[], [["INVALID", "input", "endsAt"]], [["INVALID", "input", "endsAt"]]]);
  });

  it("does what can be done, and says of the rest why not; a stranger's is as one that does not exist", async () => {
    const [own = "", ended = ""] = await three();
    await projects.as("member", "mutation ($id: ID!) { silenceExpire(id: $id) { silence { id } } }", { id: ended });
    const theirs = await projects.make({ project: projects.beta, comment: "theirs" });
    const platform = await projects.makeBeside([equal("alertname", "Down")], { comment: "platform" });
    const ids = [theirs, unknownId, platform, ended, own, own];
    const { results } = await run("member", extend, { ids }, { duration: "1h" });
    expect(results).toEqual([
      notFound(theirs),
      notFound(unknownId),
      {
        ...{ id: platform, silence: null },
        userErrors: [{ code: "FORBIDDEN", message: "This silence is not for test to change.", path: ["of"] }],
      },
      {
        ...{ id: ended, silence: null },
        userErrors: [
          {
            code: "CONFLICT",
            message: "The silence has expired, and cannot be extended. Create it again.",
            path: ["of"],
          },
        ],
      },
      { id: own, silence: { id: own, state: "ACTIVE", endsAt: expect.any(String) }, userErrors: [] },
    ]);
    const after = await run("member", expire, { ids: [ended, theirs, own] });
    expect(after.results).toMatchObject([
      { silence: { state: "EXPIRED" } },
      notFound(theirs),
      { silence: { id: own } },
    ]);
    expect(Object.keys(await ends()).sort()).toEqual(["platform", "theirs", "three"]);
  });

  it("takes those that pass a filter, if the caller may write them and has seen as many", async () => {
    await three();
    await projects.make({ project: projects.beta, comment: "theirs" });
    await projects.makeBeside([equal("alertname", "Down")], { comment: "platform" });
    const before = await ends();
    const matching = (expectedCount: number, filter: object = {}) => ({ matching: { filter, expectedCount } });
    for (const seen of [2, 4, 5]) {
      expect(await run("member", expire, matching(seen))).toEqual({
        results: [],
        userErrors: [
          {
            code: "CONFLICT",
            message: `There are 3 such silences that you may change by now, not ${seen}. Look at them again.`,
            path: ["of", "matching", "expectedCount"],
          },
        ],
      });
    }
    expect((await run("member", expire, matching(1, { viewerCanEdit: false }))).userErrors).toMatchObject([
      { code: "CONFLICT" },
    ]);
    expect(await ends()).toEqual(before);
    const { results, userErrors } = await run("member", extend, matching(2, { states: ["ACTIVE"] }), {
      duration: "1h",
    });
    expect([results.length, userErrors]).toEqual([2, []]);
    expect(await ends()).toEqual({
      ...before,
      one: later(before.one ?? "", hourMs),
      two: later(before.two ?? "", hourMs),
    });
    expect((await run("member", expire, matching(3))).results).toHaveLength(3);
    expect(Object.keys(await ends()).sort()).toEqual(["platform", "theirs"]);
  });

  it("answers a repeated request alike, and writes nothing twice", async () => {
    const ids = await three();
    const before = await ends();
    const headers = { "idempotency-key": "extend-all" };
    const send = () => run("member", extend, { ids: [...ids, unknownId] }, { duration: "1h" }, headers);
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers[0].results.slice(0, 3)).toEqual(
      ["one", "two", "three"].map((comment, index) => ({
        id: ids[index],
        silence: expect.objectContaining({ id: ids[index], endsAt: later(before[comment] ?? "", hourMs) }),
        userErrors: [],
      })),
    );
    expect([answers[1], answers[2], await send()]).toEqual([answers[0], answers[0], answers[0]]);
    expect((await entriesOn(ids)).map((entries) => entries.length)).toEqual([2, 2, 2]);

    const matching = { filter: {}, expectedCount: 3 };
    const again = () => run("member", expire, { matching }, {}, { "idempotency-key": "expire-all" });
    const first = await again();
    expect(first.results).toHaveLength(3);
    // Nothing of those passes the filter now, and something else does.
    await projects.make({ comment: "later" });
    const second = await again();
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);
    expect(second.results.toSorted(byId)).toEqual(first.results.toSorted(byId));
    expect(second.userErrors).toEqual([]);
    expect((await entriesOn(ids)).map((entries) => entries.length)).toEqual([3, 3, 3]);
    expect(Object.keys(await ends())).toEqual(["later"]);
  });

  it("takes no key that another request has used, nor does another take its key", async () => {
    const ids = await three();
    const used = {
      errors: [
        {
          message: "This Idempotency-Key was used before with another request. Use a fresh key for each change.",
          extensions: { code: "CONFLICT" },
        },
      ],
    };
    const headers = { "idempotency-key": "taken" };
    await run("member", extend, { ids }, { duration: "1h" }, headers);
    const one = `mutation ($id: ID!) { silenceExpire(id: $id) { silence { id } } }`;
    expect(await projects.ask("member", one, { id: ids[0] }, headers)).toMatchObject(used);
    expect(await projects.ask("member", expire, { of: { ids } }, headers)).toMatchObject(used);
    const single = { "idempotency-key": "single" };
    await projects.as("member", one, { id: ids[0] }, single);
    expect(await projects.ask("member", expire, { of: { ids } }, single)).toMatchObject(used);
    expect(Object.keys(await ends())).toHaveLength(2);
  });

  it("costs as much as one mutation for each silence", async () => {
    const cost = async (query: string, of: object) => {
      const { extensions } = (await projects.app.graphql(projects.tokens.member, query, { of })) as unknown as {
        extensions: { cost: { requested: number } };
      };
      return extensions.cost.requested;
    };
    const ids = await three();
    const each = "mutation ($of: SilenceSelection!) { silencesExpire(of: $of) { results { silence { id } } } }";
    expect(await cost(each, { ids })).toBe(3 * 103);
    expect(await cost(each, { matching: { filter: {}, expectedCount: 40 } })).toBe(40 * 103);
    expect(await cost(each.replace("silence {", "silence { projects { id }"), { ids })).toBe(3 * 104);
  });

  it.each<[string, object, string[] | undefined]>([
    ["no ids", { ids: [] }, ["of", "ids"]],
    ["101 ids", { ids: Array(101).fill(unknownId) }, ["of", "ids"]],
    ["7,000 ids", { ids: Array(7_000).fill(unknownId) }, ["of", "ids"]],
    ["ids of other things", { ids: [unknownId, "prj_00000000008008000000000000"] }, ["of", "ids", "1"]],
    ["a text that is no id", { ids: ["../../silences"] }, ["of", "ids", "0"]],
    ["a count of none", { matching: { filter: {}, expectedCount: 0 } }, ["of", "matching", "expectedCount"]],
    ["a count below that", { matching: { filter: {}, expectedCount: -5 } }, ["of", "matching", "expectedCount"]],
    ["a count of 101", { matching: { filter: {}, expectedCount: 101 } }, ["of", "matching", "expectedCount"]],
    ["nothing", {}, undefined],
    ["both", { ids: [unknownId], matching: { filter: {}, expectedCount: 1 } }, undefined],
    [
      "a filter of 200 projects",
      { matching: { filter: { projects: Array(200).fill("a") }, expectedCount: 1 } },
      [...["filter", "projects"]],
    ],
  ])("refuses %s", async (_what, of, path) => {
    expect(await projects.ask("member", expire, { of })).toMatchObject({
      errors: [{ extensions: { code: "BAD_USER_INPUT", ...(path ? { path } : {}) } }],
    });
  });

  it("is for nobody who may write no silence at all", async () => {
    const ids = await three();
    for (const who of ["viewer", "reader"] as const) {
      expect(await projects.ask(who, expire, { of: { ids } })).toMatchObject({
        errors: [{ extensions: { code: "FORBIDDEN" } }],
      });
    }
    expect((await run("betaMember", expire, { ids })).results).toEqual(ids.map(notFound));
    expect(Object.keys(await ends())).toHaveLength(3);
  });
});
