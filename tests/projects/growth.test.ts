import { beforeAll, describe, expect, it } from "vitest";
import { startApp, type TestApp } from "../support/app.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { contacts, Limited, limitReached, made, small, targets } from "./limited.js";

describeOnEachDatabase((database) => {
  let app: TestApp;
  let limited: Limited;
  let now = new Date("2026-01-01T00:00:00Z");

  beforeAll(async () => {
    app = await startApp(database.settings, { limits: { tiers: { small } }, now: () => now });
    limited = new Limited(app);
  });

  describe("a project at its limit", () => {
    it.each([
      ["scrapeJob", "scrape jobs", ["input", "project"]],
      ["alertingRule", "rules", ["input", "project"]],
      ["recordingRule", "rules", ["input", "project"]],
      ["contactGroup", "contact groups", ["input", "project"]],
      ["apiToken", "valid API tokens", ["input", "memberships", "0", "project"]],
    ] as const)("gets no further %s, and others do", async (kind, what, path) => {
      const [full, other] = [await limited.project("small"), await limited.project("small")];
      for (let n = 0; n < 3; n++) expect(await limited.one(kind, full)).toEqual(made);
      const before = await limited.usage(full);
      expect(await limited.one(kind, full)).toEqual(limitReached(what, 3, 3, 1, path));
      if (kind !== "apiToken") expect(await limited.one(kind, full, true)).toEqual(limitReached(what, 3, 3, 1, path));
      expect(await limited.usage(full)).toEqual(before);
      expect(await limited.one(kind, other)).toEqual(made);
    });

    it("gets one more once one went", async () => {
      for (const kind of ["scrapeJob", "alertingRule", "contactGroup", "apiToken"] as const) {
        const id = await limited.project("small");
        const first = await limited.one(kind, id);
        for (let n = 0; n < 2; n++) await limited.one(kind, id);
        await limited.remove(kind, first);
        const [next, last] = [await limited.one(kind, id), await limited.one(kind, id)];
        expect([next, last.userErrors.map(({ code }) => code)]).toEqual([made, ["LIMIT"]]);
      }
    });

    it("gets one more token once one expired", async () => {
      now = new Date("2026-01-01T00:00:00Z");
      const id = await limited.project("small");
      const expiring = { memberships: [{ project: id, role: "VIEWER" }], expiresAt: "2026-01-02T00:00:00Z" };
      for (let n = 0; n < 3; n++)
        expect(await limited.create("apiToken", { name: `t${n}`, ...expiring })).toEqual(made);
      expect((await limited.one("apiToken", id)).userErrors).toMatchObject([{ code: "LIMIT" }]);
      now = new Date("2026-01-02T00:00:00Z");
      expect(await limited.usage(id)).toMatchObject({ apiTokens: 0 });
      expect(await limited.one("apiToken", id)).toEqual(made);
    });

    it("gets no more tokens by having expired ones work again", async () => {
      now = new Date("2026-01-01T00:00:00Z");
      const id = await limited.project("small");
      const memberships = [{ project: id, role: "VIEWER" }];
      const create = `mutation ($input: ApiTokenCreateInput!) {
        apiTokenCreate(input: $input) { apiToken { id } }
      }`;
      const rotate = `mutation ($id: ID!, $input: ApiTokenRotateInput!) {
        apiTokenRotate(id: $id, input: $input) { userErrors { code message path } }
      }`;
      const makeExpired = async () => {
        const input = { name: "expired", memberships, expiresAt: "2026-01-02T00:00:00Z" };
        return (await app.data(app.operator, create, { input })).apiTokenCreate.apiToken.id as string;
      };
      const expired = [await makeExpired(), await makeExpired()];
      now = new Date("2026-01-02T00:00:00Z");
      const revive = async (token: string | undefined) =>
        (await app.data(app.operator, rotate, { id: token, input: { expiresAt: null } })).apiTokenRotate.userErrors;
      expect(await revive(expired[0])).toEqual([]);
      for (let n = 0; n < 2; n++) expect(await limited.one("apiToken", id)).toEqual(made);
      expect(await revive(expired[1])).toEqual(
        limitReached("valid API tokens", 3, 3, 1, ["input", "expiresAt"]).userErrors,
      );
      // One that works is none more.
      expect(await revive(expired[0])).toEqual([]);
      expect(await limited.usage(id)).toMatchObject({ apiTokens: 3 });
    });

    it("gets no targets and no contacts beyond theirs, by a new object or by a changed one", async () => {
      const id = await limited.project("small");
      const job = await limited.create("scrapeJob", { project: id, name: "a", staticTargets: targets(4) });
      const group = await limited.create("contactGroup", { project: id, name: "a", contacts: contacts(4) });
      const path = { targets: ["input", "staticTargets"], contacts: ["input", "contacts"] };
      const [noTargets, noContacts] = [
        limitReached("static targets", 5, 4, 2, path.targets),
        limitReached("contacts", 5, 4, 2, path.contacts),
      ];
      for (const dryRun of [true, false]) {
        const more = { project: id, name: "b", staticTargets: targets(2) };
        expect(await limited.create("scrapeJob", more, dryRun)).toEqual(noTargets);
        expect(await limited.create("contactGroup", { project: id, name: "b", contacts: contacts(2) }, dryRun)).toEqual(
          noContacts,
        );
      }
      expect(await limited.change("scrapeJob", job, { staticTargets: targets(6) })).toEqual(noTargets);
      expect(await limited.change("contactGroup", group, { contacts: contacts(6) })).toEqual(noContacts);
      expect(await limited.change("scrapeJob", job, { staticTargets: targets(5) })).toEqual(made);
      expect(await limited.change("contactGroup", group, { contacts: contacts(5) })).toEqual(made);
      expect(await limited.usage(id)).toMatchObject({ scrapeJobs: 1, targets: 5, contactGroups: 1, contacts: 5 });
    });

    it.each(["scrapeJob", "alertingRule", "contactGroup", "apiToken"] as const)(
      "one short of it gets one of thirty new ones at once: %s",
      async (kind) => {
        const id = await limited.project("small");
        for (let n = 0; n < 2; n++) await limited.one(kind, id);
        const answers = await Promise.all(Array.from({ length: 30 }, () => limited.one(kind, id)));
        const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? "made").sort();
        expect(codes).toEqual([...Array(29).fill("LIMIT"), "made"]);
        expect(Object.values(await limited.usage(id)).filter((number) => number === 3)).toHaveLength(1);
      },
    );

    it("one target and one contact short of it gets no more than that from thirty at once", async () => {
      const id = await limited.project("small");
      await limited.create("scrapeJob", { project: id, name: "a", staticTargets: targets(3) });
      await limited.create("contactGroup", { project: id, name: "a", contacts: contacts(3) });
      const jobs = Array.from({ length: 30 }, (_, n) =>
        limited.create("scrapeJob", { project: id, name: `j${n}`, staticTargets: targets(2, n) }),
      );
      const groups = Array.from({ length: 30 }, (_, n) =>
        limited.create("contactGroup", { project: id, name: `g${n}`, contacts: contacts(2) }),
      );
      for (const answers of [await Promise.all(jobs), await Promise.all(groups)]) {
        const codes = answers.map(({ userErrors }) => userErrors[0]?.code ?? "made").sort();
        expect(codes).toEqual([...Array(29).fill("LIMIT"), "made"]);
      }
      expect(await limited.usage(id)).toMatchObject({ scrapeJobs: 2, targets: 5, contactGroups: 2, contacts: 5 });
    });

    it("counts the tokens of each of a token's projects, and names the one that is full", async () => {
      const [free, full] = [await limited.project("small"), await limited.project("small")];
      for (let n = 0; n < 3; n++) await limited.one("apiToken", full);
      const memberships = [free, full].map((id) => ({ project: id, role: "VIEWER" }));
      const path = ["input", "memberships", "1", "project"];
      expect(await limited.create("apiToken", { name: "both", memberships })).toEqual(
        limitReached("valid API tokens", 3, 3, 1, path),
      );
      expect(await limited.usage(free)).toMatchObject({ apiTokens: 0 });
    });

    it("is counted, by the limit", async () => {
      const countOf = async () => {
        const text = await (await fetch(app.url.replace("/graphql", "/metrics"))).text();
        const found = text.matchAll(/^metricsinfra_limit_refusals_total\{limit="(\w+)"\} (\d+)$/gm);
        return Object.fromEntries([...found].map(([, limit, count]) => [limit, Number(count)]));
      };
      const before = await countOf();
      expect(Object.keys(before).sort()).toEqual([
        "acknowledgements",
        "apiTokens",
        "contactGroups",
        "contacts",
        "rules",
        "scrapeJobs",
        "silences",
        "targets",
      ]);
      const id = await limited.project("small");
      for (let n = 0; n < 3; n++) await limited.one("alertingRule", id);
      for (const dryRun of [true, false]) await limited.one("alertingRule", id, dryRun);
      await limited.create("scrapeJob", { project: id, name: "a", staticTargets: targets(6) });
      expect(await countOf()).toEqual({
        ...before,
        rules: (before.rules ?? 0) + 2,
        targets: (before.targets ?? 0) + 1,
      });
    });
  });
});
