import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { contacts, Limited, made, small, targets, usage, userErrors } from "./limited.js";

const numbers = `scrapeJobs targets samplesPerScrape labelsPerSample labelNameLength labelValueLength bodyBytes
  scrapeInterval scrapeTimeout leastScrapeInterval rules seriesPerRule leastRuleInterval expressionLength
  expressionDepth expressionSelectors longestRange subquerySteps expressionSamples contactGroups contacts silences acknowledgements apiTokens`;

const initial = {
  scrapeJobs: 100,
  targets: 2_000,
  samplesPerScrape: 10_000,
  labelsPerSample: 64,
  labelNameLength: 1_024,
  labelValueLength: 2_048,
  bodyBytes: 20_971_520,
  scrapeInterval: "1m",
  scrapeTimeout: "10s",
  leastScrapeInterval: "15s",
  rules: 500,
  seriesPerRule: 1_000,
  leastRuleInterval: "15s",
  expressionLength: 4_096,
  expressionDepth: 64,
  expressionSelectors: 100,
  longestRange: "31d",
  subquerySteps: 11_000,
  expressionSamples: 200_000,
  contactGroups: 50,
  contacts: 500,
  silences: 200,
  acknowledgements: 500,
  apiTokens: 100,
};
describeOnEachDatabase((database) => {
  let app: TestApp;
  let limited: Limited;

  beforeAll(async () => {
    app = await startApp(database.settings, { limits: { tiers: { small } } });
    limited = new Limited(app);
  });

  describe("the limits", () => {
    it("are those of the project's tier, every number of which is in the graph", async () => {
      const id = await limited.project("small");
      const query = `query ($id: ID!) {
        limitTiers { name ${numbers} }
        node(id: $id) { ... on Project { limits { tier problem ${numbers} } } }
      }`;
      const tiers = [
        { name: "default", ...initial },
        { name: "small", ...initial, ...small },
      ];
      expect(await app.data(await app.token({ [id]: "VIEWER" }), query, { id })).toEqual({
        limitTiers: tiers,
        node: { limits: { tier: "small", problem: null, ...initial, ...small } },
      });
      const nobody = await app.graphql(await app.token({ [await limited.project("small")]: "VIEWER" }), query, { id });
      expect(nobody.data).toEqual({ limitTiers: tiers, node: null });
      expect((await app.graphql(null, query, { id })).status).toBe(401);
    });

    it("are those of `default`, and that is said, when the settings have lost the project's tier", async () => {
      const settings = await database.another();
      const gone = await startApp(settings, { limits: { tiers: { huge: { rules: 9_999 } } } });
      const id = await new Limited(gone).project("huge");
      await gone.close();
      const after = await startApp(settings, { limits: { tiers: { default: { rules: 1 } } } });
      const query = "query ($id: ID!) { node(id: $id) { ... on Project { limitTier limits { tier problem rules } } } }";
      expect((await after.data(after.operator, query, { id })).node).toEqual({
        limitTier: "huge",
        limits: {
          tier: "default",
          problem: `The server's settings hold no limit tier "huge"; the limits of "default" apply.`,
          rules: 1,
        },
      });
      const update = `mutation ($id: ID!, $input: ProjectUpdateInput!) {
        projectUpdate(id: $id, input: $input) { project { limitTier description } ${userErrors} }
      }`;
      const set = async (input: object) => (await after.data(after.operator, update, { id, input })).projectUpdate;
      expect(await set({ description: "kept", limitTier: "huge" })).toEqual({
        project: { limitTier: "huge", description: "kept" },
        userErrors: [],
      });
      expect(await set({ limitTier: null })).toMatchObject({ project: { limitTier: "default" } });
      const unknown = {
        code: "INVALID",
        message: "There is no such limit tier. Name one of these: default.",
        path: ["input", "limitTier"],
      };
      expect(await set({ limitTier: "huge" })).toEqual({ project: null, userErrors: [unknown] });
    });

    it("of a tier that is not there are given to no project, whose writer is told the ones that are", async () => {
      for (const limitTier of ["huge", "", "/", "__proto__"]) {
        const query = `mutation ($input: ProjectCreateInput!, $dryRun: Boolean!) {
          projectCreate(input: $input, dryRun: $dryRun) { project { id } ${userErrors} }
        }`;
        for (const dryRun of [true, false]) {
          const variables = { input: { name: "untiered", limitTier }, dryRun };
          expect((await app.data(app.operator, query, variables)).projectCreate).toEqual({
            project: null,
            userErrors: [
              {
                code: "INVALID",
                message: "There is no such limit tier. Name one of these: default, small.",
                path: ["input", "limitTier"],
              },
            ],
          });
        }
      }
    });
  });

  describe("the usage", () => {
    it("counts what there is, and shows each reader what they may count", async () => {
      const id = await limited.project("small");
      expect(await limited.usage(id)).toEqual({
        scrapeJobs: 0,
        targets: 0,
        samplesPerScrape: null,
        rules: 0,
        seriesPerRule: null,
        contactGroups: 0,
        contacts: 0,
        silences: null,
        acknowledgements: 0,
        apiTokens: 0,
      });
      await limited.create("scrapeJob", { project: id, name: "a", staticTargets: targets(2) });
      await limited.create("scrapeJob", { project: id, name: "b", staticTargets: targets(1), enabled: false });
      await limited.one("alertingRule", id);
      await limited.one("recordingRule", id);
      await limited.create("contactGroup", { project: id, name: "a", contacts: contacts(3) });
      await limited.one("contactGroup", id);
      const [viewer, member, admin] = [
        await app.token({ [id]: "VIEWER" }),
        await app.token({ [id]: "MEMBER" }),
        await app.token({ [id]: "ADMIN" }),
      ];
      const unknown = { samplesPerScrape: null, seriesPerRule: null, silences: null };
      const there = {
        scrapeJobs: 2,
        targets: 3,
        rules: 2,
        contactGroups: 2,
        contacts: 3,
        acknowledgements: 0,
        ...unknown,
      };
      expect(await Promise.all([viewer, member, admin].map((token) => limited.usage(id, token)))).toEqual([
        { ...there, apiTokens: null },
        { ...there, apiTokens: null },
        { ...there, apiTokens: 3 },
      ]);
      const reader = await app.token("READER");
      expect(await limited.usage(id, reader)).toEqual({ ...there, apiTokens: null });
    });

    it("costs as many statements for a hundred projects as for one", async () => {
      const some = await limited.project("small");
      await limited.create("scrapeJob", { project: some, name: "a", staticTargets: targets(2) });
      const reads = (first: number) =>
        app.statementsOf(() =>
          app.data(app.operator, `{ projects(first: ${first}) { nodes { limits { rules } usage { ${usage} } } } }`),
        );
      const single = await reads(1);
      for (let n = 0; n < 100; n++) await limited.project("default");
      const many = await reads(100);
      expect(many).toHaveLength(single.length);
      expect(single.filter((sql) => /COUNT\(\*\)/i.test(sql))).toHaveLength(4);
    });
  });

  describe("what a rule and a scrape job may cost", () => {
    const advice = "use shorter ranges, longer steps, or what recording rules have worked out";
    const problemsOf = async (id: string, expr: string) => {
      const query =
        "query ($id: ID!, $expr: PromQL!) { expression(project: $id, expr: $expr) { valid problems { message } } }";
      const { valid, problems } = (await app.data(app.operator, query, { id, expr })).expression;
      return [valid, ...problems.map(({ message }: { message: string }) => message)];
    };

    it.each([
      [`x${"x".repeat(59)}`, `x${"x".repeat(60)}`, "An expression may have 60 characters; this one has 61."],
      ["sum(abs(-x))", "sum(abs(-abs(x)))", "This nests deeper than 4; split the rule with recording rules."],
      ["x + y", "x + y + z", "An expression may have 2 selectors at most; split it with recording rules."],
      ["rate(x[1d])", "rate(x[25h])", "A range may be 1d at most."],
      ["x offset 1d", "x offset 2d", "An offset may be 1d at most."],
      [
        "max_over_time(x[100m:1m])",
        "max_over_time(x[101m:1m])",
        "This would be evaluated more than 100 times; use a longer step (1m if left out) or a shorter range.",
      ],
      [
        "rate(x[1d]) + y",
        "rate(x[1d]) + rate(y[1d])",
        `This would read 2880 samples of each series, at one a minute, and may read 2000; ${advice}.`,
      ],
    ])("depends on the tier: %s passes, %s does not", async (passes, fails, message) => {
      const [narrow, wide] = [await limited.project("small"), await limited.project("default")];
      expect([
        await problemsOf(narrow, passes),
        await problemsOf(narrow, fails),
        await problemsOf(wide, fails),
      ]).toEqual([[true], [false, message], [true]]);
      const rule = { name: "Costly", expr: fails };
      for (const dryRun of [true, false]) {
        const { object, userErrors } = await limited.create("alertingRule", { project: narrow, ...rule }, dryRun);
        expect({ object, userErrors }).toEqual({
          object: null,
          userErrors: [{ code: "INVALID", message: expect.stringContaining(message), path: ["input", "expr"] }],
        });
      }
      expect(await limited.create("alertingRule", { project: wide, ...rule })).toEqual(made);
    });

    it("is no interval below the least", async () => {
      const id = await limited.project("small");
      const refusal = (least: string, field: string) => ({
        object: null,
        userErrors: [
          {
            code: "LIMIT",
            message: `The limit tier "small" allows no interval below ${least}. Give that or a longer one.`,
            path: ["input", field],
          },
        ],
      });
      for (const dryRun of [true, false]) {
        const job = { project: id, name: "j", scrapeInterval: "29s" };
        expect(await limited.create("scrapeJob", job, dryRun)).toEqual(refusal("30s", "scrapeInterval"));
        const rule = { project: id, name: "R", expr: "up", interval: "59s" };
        expect(await limited.create("alertingRule", rule, dryRun)).toEqual(refusal("1m", "interval"));
      }
      const job = await limited.create("scrapeJob", { project: id, name: "j", scrapeInterval: "30s" });
      const rule = await limited.create("alertingRule", { project: id, name: "R", expr: "up", interval: "1m" });
      expect([job, rule]).toEqual([made, made]);
      expect(await limited.change("scrapeJob", job, { scrapeInterval: "29s" })).toEqual(
        refusal("30s", "scrapeInterval"),
      );
      expect(await limited.change("alertingRule", rule, { interval: "59s" })).toEqual(refusal("1m", "interval"));
    });
  });

  it("lowering a tier breaks nothing that is there, and refuses growth alone", async () => {
    const settings = await database.another();
    const wideApp = await startApp(settings);
    const wide = new Limited(wideApp);
    const project = await wide.project("default");
    const expr = `rate(x[30d]) + ${"y + ".repeat(50)}z`;
    const job = { project, staticTargets: targets(9), scrapeInterval: "15s" };
    const a = {
      job: await wide.create("scrapeJob", { name: "a", ...job }),
      group: await wide.create("contactGroup", { project, name: "a", contacts: contacts(9) }),
      rule: await wide.create("alertingRule", { project, name: "A", expr, interval: "15s" }),
    };
    await wide.one("scrapeJob", project);
    await wide.one("alertingRule", project);
    await wideApp.close();

    const tiers = { default: { ...small, scrapeJobs: 1, rules: 1, contactGroups: 0 } };
    const narrow = new Limited(await startApp(settings, { limits: { tiers } }));
    const codes = async (changed: ReturnType<Limited["change"]>) => (await changed).userErrors.map(({ code }) => code);
    expect(await codes(narrow.change("scrapeJob", a.job, { staticTargets: targets(10) }))).toEqual(["LIMIT"]);
    expect(await codes(narrow.change("scrapeJob", a.job, { scrapeInterval: "20s" }))).toEqual(["LIMIT"]);
    expect(await codes(narrow.change("contactGroup", a.group, { contacts: contacts(10) }))).toEqual(["LIMIT"]);
    expect(await codes(narrow.change("alertingRule", a.rule, { expr: `${expr} + 1` }))).toEqual(["INVALID"]);
    for (const input of [{ staticTargets: targets(9, 100) }, { staticTargets: targets(8) }, { metricsPath: "/m" }]) {
      expect(await narrow.change("scrapeJob", a.job, input)).toEqual(made);
    }
    for (const input of [{ name: "b", contacts: contacts(9).reverse() }, { contacts: contacts(8) }]) {
      expect(await narrow.change("contactGroup", a.group, input)).toEqual(made);
    }
    for (const input of [{ for: "5m", expr, enabled: false }, { interval: "1m" }, { interval: null }]) {
      expect(await narrow.change("alertingRule", a.rule, input)).toEqual(made);
    }
  });
});
