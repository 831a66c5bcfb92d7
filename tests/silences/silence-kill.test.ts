import { expect, test } from "vitest";
import { startAlertmanagerPair } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";

const create = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { id comment } userErrors { message } } }`;
const board = `{ alerts { totalCount nodes { name } } silences(first: 1) { totalCount }
  alertmanagers { reachable lastSyncAt error members { name reachable error } } }`;
const refused = "refused the connection.";

// Writes go to either of them, so that each is killed once.
test.each([0, 1])(
  "of 200 silences none that was acknowledged is lost with a member, and no read is empty (%i)",
  async (killed) => {
    const pair = await startAlertmanagerPair();
    const app = await startApp(await createSqliteDatabase(), {
      alertmanagers: [{ name: "main", members: pair.map(({ url }, index) => ({ name: `am${index + 1}`, url })) }],
      limits: { tiers: { default: { silences: 1_000 } } },
      upstreams: { pollIntervalSeconds: 0.2 },
    });
    const { id: project } = (
      await app.data(app.operator, `mutation { projectCreate(input: { name: "p" }) { project { id } } }`)
    ).projectCreate.project;
    for (const one of pair) await one.postAlerts([{ labels: { alertname: "Down", project: "p" } }]);
    const both = () => app.data(app.operator, board);
    await waitFor(
      async () => (await both()).alertmanagers[0].members.every((one: { reachable: boolean }) => one.reachable),
      {
        what: "both members to be read",
      },
    );
    await waitFor(async () => (await both()).alerts.totalCount === 1, { what: "the alert" });

    const [taker, left] = [pair[killed], pair[1 - killed]];
    const acknowledged: string[] = [];
    const empty: unknown[] = [];
    const write = async (number: number) => {
      const comment = `number ${number}`;
      if (number === 100) taker?.process.signal("SIGKILL");
      const { data } = await app.graphql(app.operator, create, { input: { ...inputOf(project), comment } });
      if (data?.silenceCreate?.silence?.comment === comment) acknowledged.push(comment);
      const seen = await both();
      if (seen.alerts?.totalCount !== 1 || !(seen.silences?.totalCount > 0)) empty.push(seen);
    };
    for (let number = 0; number < 200; number += 4) {
      await Promise.all([0, 1, 2, 3].map((more) => write(number + more)));
    }
    expect(empty).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(190);
    const there = commentsOf(await left?.api("/api/v2/silences"));
    expect(acknowledged.filter((comment) => !there.includes(comment))).toEqual([]);
    const name = `am${killed + 1}`;
    const dead = { name, reachable: false, error: `Alertmanager "${name}" ${refused}` };
    expect((await both()).alertmanagers).toMatchObject([
      { reachable: true, error: null, members: expect.arrayContaining([dead]) },
    ]);

    left?.process.signal("SIGKILL");
    await waitFor(async () => !(await both()).alertmanagers[0].reachable, { what: "the cluster to be seen down" });
    const [first, second] = [await both(), await both()];
    expect(first).toEqual(second);
    expect(first).toMatchObject({ alerts: { totalCount: 1 }, alertmanagers: [{ lastSyncAt: expect.any(String) }] });
    const { errors } = await app.graphql(app.operator, create, { input: { ...inputOf(project), comment: "late" } });
    expect(errors).toMatchObject([
      { message: expect.stringContaining(refused), extensions: { code: "UPSTREAM_UNAVAILABLE" } },
    ]);
  },
  120_000,
);

function inputOf(project: string) {
  return { project, matchers: [{ name: "alertname", value: "Slow" }], duration: "1h" };
}

function commentsOf(silences: unknown): string[] {
  return (silences as { comment: string }[]).map(({ comment }) => comment);
}
