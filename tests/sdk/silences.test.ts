import { beforeAll, describe, expect, it } from "vitest";
import * as sdk from "../../sdk/index.js";
import { startAlertmanager } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const hourMs = 3_600_000;
const absent = "sil_00000000008008000000000000";
const down = { name: "alertname", value: "Down" };
const slow = { name: "alertname", value: "Slow" };

let silences: sdk.Client["silences"];
let project = "";
beforeAll(async () => {
  const alertmanager = await startAlertmanager();
  const { url, operator } = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.2 },
    silences: { confirmAbove: { alerts: 0 } },
  });
  const client = sdk.createClient({ url, token: operator });
  ({ silences } = client);
  project = (await client.projects.create({ name: "shop" })).project.id;
  await client.alertingRules.create({ project, name: "Slow", expr: "up == 0" });
  await alertmanager.postAlerts([{ labels: { alertname: "Down", project: "shop" } }]);
  await waitFor(async () => (await client.alerts.list().toArray({ limit: 2 })).length === 1, {
    what: "the alert to be in the graph",
  });
});

describe("the client's silences", () => {
  it("are previewed, and written as the preview says", async () => {
    const input = { project, matchers: [down] };
    const preview = await silences.previews.get(input);
    expect(preview).toEqual({
      ...{ cluster: "main", quietCount: 0, projectCount: 1, problems: [] },
      matchers: [
        { name: "project", value: "shop", isRegex: false, isEqual: true },
        { ...down, isRegex: false, isEqual: true },
      ],
      ...{ alerts: { totalCount: 1 }, noLongerMatched: { totalCount: 0 }, rules: { totalCount: 0 } },
      counts: [{ name: "shop", count: 1, project: { id: project, name: "shop" } }],
      confirmation: { alerts: 1, projects: 1, message: expect.stringContaining("`confirmAlerts: 1`") },
      policy: await silences.policy(project),
    });
    const wanted = { ...input, duration: "1h", comment: "known" };
    await expect(silences.create(wanted)).rejects.toMatchObject({
      ...{ name: "UserInputError", code: "CONFIRMATION_REQUIRED" },
    });
    const { silence } = await silences.create({ ...wanted, confirmAlerts: preview.confirmation?.alerts ?? null });

    const change = { silence: silence.id, matchers: [{ name: "project", value: "shop" }, slow] };
    const { previews } = silences;
    expect(await previews.alerts({ input: change }).toArray({ limit: 2 })).toEqual([]);
    expect(await previews.noLongerMatched({ input: change }).toArray({ limit: 2 })).toMatchObject([{ name: "Down" }]);
    expect(await previews.rules({ input: change }).toArray({ limit: 2 })).toEqual([
      { rule: { id: expect.stringMatching(/^rul_/), name: "Slow" }, globalRule: null },
    ]);
    const { silence: changed, replaced } = await silences.update(silence.id, { matchers: change.matchers });
    expect([changed.state, replaced?.id, replaced?.state]).toEqual(["ACTIVE", silence.id, "EXPIRED"]);
    await silences.expire(changed.id);
  });

  it("are extended and ended, one or many, and tell what came of each", async () => {
    const make = async (comment: string) =>
      (await silences.create({ project, matchers: [slow], duration: "1h", comment })).silence;
    const [one, other] = [await make("one"), await make("other")];
    const { silence: longer } = await silences.extend(one.id, { duration: "1h" });
    expect(Date.parse(longer.endsAt) - Date.parse(one.endsAt)).toBe(hourMs);
    const { results } = await silences.extendMany({ ids: [other.id, absent] }, { endsAt: longer.endsAt });
    expect(
      results.map(({ id, silence, userErrors }) => [id, silence?.endsAt, ...userErrors.map(({ code }) => code)]),
    ).toEqual([
      [other.id, longer.endsAt],
      [absent, undefined, "NOT_FOUND"],
    ]);
    const filter = { labels: { alertname: "Slow", project: "shop" }, hitsNothing: true, viewerCanEdit: true };
    const byEnd = silences.list({ filter, orderBy: "ENDS_AT_ASC" });
    const { totalCount = 0, nodes } = await byEnd.page();
    expect(nodes.map(({ comment }) => comment).sort()).toEqual(["one", "other"]);
    const matching = { filter, expectedCount: totalCount };
    expect((await silences.expireMany({ matching })).results).toMatchObject([
      { silence: { state: "EXPIRED" }, userErrors: [] },
      { silence: { state: "EXPIRED" }, userErrors: [] },
    ]);
    await expect(silences.expireMany({ matching })).rejects.toMatchObject({ name: "UserInputError", code: "CONFLICT" });
    expect(await silences.expireMany({ matching }, { throwOnUserErrors: false })).toMatchObject({
      ...{ results: [], userErrors: [{ code: "CONFLICT" }] },
    });
  });
});
