import { beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../sdk/index.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { startApp, type TestApp } from "../support/app.js";
import { createSqliteDatabase } from "../support/databases.js";
import { type Subscriber, subscribe } from "../support/subscriber.js";
import { waitFor } from "../support/wait-for.js";

let alertmanager: Alertmanager;
let app: TestApp;
const ids: Record<string, string> = {};

beforeAll(async () => {
  alertmanager = await startAlertmanager();
  app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: [{ name: "am1", url: alertmanager.url }] }],
    upstreams: { pollIntervalSeconds: 0.1 },
  });
  for (const name of ["alpha", "beta"]) {
    const create = `mutation { projectCreate(input: { name: "${name}" }) { project { id } } }`;
    ids[name] = (await app.data(app.operator, create)).projectCreate.project.id;
  }
});

const watch = (args = "") => `subscription { silenceEvents${args} {
  kind isFirst isLast lastSyncAt changes { kind silence { state comment viewerCanEdit projects { name } } } } }`;

/** What a subscriber was told of silences, in short. */
const told = ({ results }: Subscriber): readonly string[] =>
  results.flatMap(({ data, errors }) => {
    if (errors) return errors.map(({ message }) => message);
    const { kind, changes } = data.silenceEvents;
    const lines = changes.map((change: { kind: string; silence: { comment: string; state: string } }) =>
      [change.kind, change.silence.comment, change.silence.state].join(" "),
    );
    return kind === "CHANGES" ? lines.sort() : [kind, ...lines.sort()];
  });
const isTold = (subscriber: Subscriber, last: string) =>
  waitFor(() => told(subscriber).at(-1) === last, { what: `${last} after ${told(subscriber)}` });

describe("the events of silences", () => {
  test("tell each viewer of those that could keep quiet what the viewer may see, as they are written", async () => {
    const operator = createClient({ url: app.url, token: app.operator });
    const write = async (comment: string, project?: string) => {
      const matchers = [{ name: "alertname", value: "Down" }];
      const { silence } = await operator.silences.create({
        ...(project === undefined ? {} : { project: ids[project] ?? "" }),
        ...{ matchers, duration: "1h", comment },
      });
      return silence.id;
    };
    const before = await write("before", "alpha");
    const [alpha, beta, active, all] = await Promise.all([
      subscribe(app.url, await app.token({ [ids.alpha ?? ""]: "MEMBER" }), watch()),
      subscribe(app.url, await app.token({ [ids.beta ?? ""]: "VIEWER" }), watch()),
      subscribe(app.url, app.operator, watch("(filter: { states: [ACTIVE] })")),
      subscribe(app.url, app.operator, watch("(snapshot: false)")),
    ]);
    await Promise.all([alpha, beta, active, all].map((one) => one.first(1)));
    expect(alpha.results).toEqual([
      {
        data: {
          silenceEvents: {
            kind: "SNAPSHOT",
            isFirst: true,
            isLast: true,
            lastSyncAt: expect.any(String),
            changes: [
              {
                kind: "ADDED",
                silence: { state: "ACTIVE", comment: "before", viewerCanEdit: true, projects: [{ name: "alpha" }] },
              },
            ],
          },
        },
      },
    ]);
    const mine = await write("mine", "alpha");
    await isTold(all, "ADDED mine ACTIVE");
    await write("theirs", "beta");
    await isTold(all, "ADDED theirs ACTIVE");
    await write("everybody's");
    await isTold(all, "ADDED everybody's ACTIVE");
    await operator.silences.update(mine, { comment: "changed" });
    await isTold(all, "CHANGED changed ACTIVE");
    await operator.silences.expire(mine);
    await isTold(all, "CHANGED changed EXPIRED");
    await operator.silences.expire(before);
    await isTold(all, "CHANGED before EXPIRED");
    await isTold(alpha, "CHANGED before EXPIRED");
    await isTold(active, "LEFT before EXPIRED");
    await isTold(beta, "ADDED everybody's ACTIVE");

    expect(told(alpha)).toEqual([
      ...["SNAPSHOT", "ADDED before ACTIVE", "ADDED mine ACTIVE", "ADDED everybody's ACTIVE"],
      ...["CHANGED changed ACTIVE", "CHANGED changed EXPIRED", "CHANGED before EXPIRED"],
    ]);
    expect(told(beta)).toEqual(["SNAPSHOT", "ADDED theirs ACTIVE", "ADDED everybody's ACTIVE"]);
    const added = ["ADDED mine ACTIVE", "ADDED theirs ACTIVE", "ADDED everybody's ACTIVE", "CHANGED changed ACTIVE"];
    expect(told(active)).toEqual([
      ...["SNAPSHOT", "ADDED before ACTIVE", ...added],
      ...["LEFT changed EXPIRED", "LEFT before EXPIRED"],
    ]);
    expect(told(all)).toEqual(["RESYNC", ...added, "CHANGED changed EXPIRED", "CHANGED before EXPIRED"]);
  });

  test("give the SDK's reader a map that is up to date, and alerts the silence with it", async () => {
    const client = createClient({ url: app.url, token: app.operator });
    await alertmanager.postAlerts([{ labels: { alertname: "Live", project: "alpha" } }]);
    const hangUp = new AbortController();
    const { signal } = hangUp;
    const filter = { projects: ["alpha"], states: ["ACTIVE", "SUPPRESSED"] } as const;
    const alerts = client.alerts.live({ filter }, { signal });
    const until = async (state: string): Promise<readonly unknown[]> => {
      for (;;) {
        const { value, done } = await alerts.next();
        if (done) throw new Error("There are no more.");
        const [alert] = [...value.values()];
        if (alert?.state === state) return alert.silencedBy.map(({ comment }) => comment);
      }
    };
    expect(await until("ACTIVE")).toEqual([]);
    const silences = client.silences.live({ filter: { states: ["ACTIVE"], search: "live" } }, { signal });
    expect([...((await silences.next()).value?.values() ?? [])]).toEqual([]);
    const { silence } = await client.silences.create({
      ...{
        project: ids.alpha ?? "",
        matchers: [{ name: "alertname", value: "Live" }],
        duration: "1h",
        comment: "live",
      },
    });
    expect([await until("SUPPRESSED"), [...((await silences.next()).value?.keys() ?? [])]]).toEqual([
      ["live"],
      [silence.id],
    ]);
    await client.silences.expire(silence.id);
    expect([await until("ACTIVE"), (await silences.next()).value?.size]).toEqual([[], 0]);
    hangUp.abort();
    expect([(await alerts.next()).done, (await silences.next()).done]).toEqual([true, true]);
  });
});
