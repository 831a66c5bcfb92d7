import { expect, it } from "vitest";
import { type Answer, forward, hang, startStandIn } from "../clients/stand-in.js";
import { type Alertmanager, startAlertmanager, startAlertmanagerPair } from "../support/alertmanager.js";
import { startApp } from "../support/app.js";
import { createSqliteDatabase, describeOnEachDatabase } from "../support/databases.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { waitFor } from "../support/wait-for.js";
import { isWrite, losingAnswers, mutations, type WatchedSilences, watchSilences } from "./watched-silences.js";

const results = "results { id silence { state } userErrors { code message } } userErrors { code }";
const expire = `mutation ($of: SilenceSelection!) { done: silencesExpire(of: $of) { ${results} } }`;
const extend = `mutation ($of: SilenceSelection!) { done: silencesExtend(of: $of, input: { duration: "1h" }) { ${results} } }`;
const withKey = (key: string) => ({ "idempotency-key": key });
const comments = ["a", "b", "c", "d", "e"];

/** Answers so many writes in one way, and what comes then in another. */
function after(writes: number, first: Answer, then: Answer): Answer {
  let seen = 0;
  return (request, response) => {
    if (isWrite(request)) seen++;
    (seen > writes ? then : first)(request, response);
  };
}

async function five({ app, member, input }: WatchedSilences): Promise<string[]> {
  const ids: string[] = [];
  for (const comment of comments) {
    ids.push((await app.data(member, mutations.create, { input: input({ comment }) })).written.silence.id);
  }
  return ids;
}
const codesOf = ({ done }: { done: { results: { userErrors: { code: string }[] }[] } }) =>
  done.results.map(({ userErrors }) => userErrors[0]?.code ?? "done");
/** How often the change log tells of changes of each, and of unknown ones. */
const told = async (silences: WatchedSilences, ids: readonly string[]) => {
  const { entries, pending } = await silences.told();
  const of = (id: string) => entries.filter((entry) => entry.entity_id === id && entry.action !== "CREATE");
  return { pending, changes: ids.map((id) => of(id).map(({ action }) => action)) };
};

describeOnEachDatabase((database) => {
  const watched = async (settings = {}) => watchSilences(await database.another(), settings);

  it("tells what came of each when an answer is lost in between; a repeat does the rest, and nothing twice", async () => {
    const silences = await watched();
    const { app, gateway, alertmanager, member } = silences;
    const ids = await five(silences);
    gateway.answerWith(after(2, forward(alertmanager.url), losingAnswers(alertmanager.url)));
    const request = [member, extend, { of: { ids } }, withKey("broken")] as const;
    const { done } = await app.data(...request);
    const closed = 'Alertmanager "am" closed the connection.';
    const unavailable = (message: string) => [{ code: "UNAVAILABLE", message }];
    expect(done).toEqual({
      results: ids.map((id, index) => ({
        id,
        silence: index < 2 ? { state: "ACTIVE" } : null,
        userErrors: index < 2 ? [] : unavailable(index === 2 ? closed : `Nothing was written: ${closed}`),
      })),
      userErrors: [],
    });
    expect(await told(silences, ids)).toEqual({ pending: 1, changes: [["UPDATE"], ["UPDATE"], [], [], []] });

    // Nobody knows yet what became of the third.
    gateway.answerWith(forward(alertmanager.url));
    expect((await app.graphql(...request)).errors).toMatchObject([{ extensions: { code: "CONFLICT" } }]);
    expect((await silences.told()).pending).toBe(1);

    await app.close();
    const next = await silences.another({ now: () => new Date(Date.now() + 5 * 60_000) });
    await waitFor(async () => (await silences.told()).pending === 0, {
      what: "the change log to tell of the third",
      deadlineMs: 20_000,
    });
    expect(codesOf(await next.data(...request))).toEqual(ids.map(() => "done"));
    expect(await told(silences, ids)).toEqual({ pending: 0, changes: ids.map(() => ["UPDATE"]) });
    expect(codesOf(await next.data(...request))).toEqual(ids.map(() => "done"));
    const stored = (await alertmanager.api("/api/v2/silences")) as { startsAt: string; endsAt: string }[];
    const hours = stored.map(({ startsAt, endsAt }) =>
      Math.round((Date.parse(endsAt) - Date.parse(startsAt)) / 3_600_000),
    );
    expect(hours).toEqual(ids.map(() => 2));
  });

  it("says of one whose outcome nothing shows that it is unknown, and goes on with the others", async () => {
    const silences = await watched({ upstreams: { timeoutSeconds: 1.5, pollIntervalSeconds: 60 } });
    const { app, gateway, alertmanager, member } = silences;
    const ids = await five(silences);
    gateway.answerWith(
      after(2, forward(alertmanager.url), (request, response) =>
        (isWrite(request) ? hang : forward(alertmanager.url))(request, response),
      ),
    );
    const request = [member, expire, { of: { ids } }, withKey("lost")] as const;
    expect(codesOf(await app.data(...request))).toEqual(["done", "done", "UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"]);
    gateway.answerWith(forward(alertmanager.url));
    // Those that were written show, though the last request to the member went wrong.
    const states = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Silence { state } } }";
    expect((await app.data(member, states, { ids })).nodes.map(({ state }: { state: string }) => state)).toEqual([
      ...["EXPIRED", "EXPIRED", "ACTIVE", "ACTIVE", "ACTIVE"],
    ]);
    await app.close();
    const next = await silences.another({ now: () => new Date(Date.now() + 5 * 60_000) });
    await waitFor(async () => (await silences.told()).pending === 0, {
      what: "the change log to tell of the third",
      deadlineMs: 20_000,
    });
    expect(codesOf(await next.data(...request))).toEqual(["done", "done", "CONFLICT", "done", "done"]);
    const changes = [["UPDATE"], ["UPDATE"], ["UNKNOWN"], ["UPDATE"], ["UPDATE"]];
    expect(await told(silences, ids)).toEqual({ pending: 0, changes });
  });

  it("goes on after one that Alertmanager alone dislikes", async () => {
    const silences = await watched();
    const { app, gateway, alertmanager, member } = silences;
    const ids = await five(silences);
    let writes = 0;
    gateway.answerWith((request, response) => {
      if (isWrite(request) && ++writes === 2) {
        response.writeHead(500, { "content-type": "application/json" }).end('"boom"');
      } else forward(alertmanager.url)(request, response);
    });
    const { done } = await app.data(member, expire, { of: { ids } });
    expect(codesOf({ done })).toEqual(["done", "UNAVAILABLE", "done", "done", "done"]);
    expect((await silences.inForce()).map(({ comment }) => comment)).toEqual(["b"]);
  });

  it("fails as a single one does when no Alertmanager can be reached, and leaves nothing behind", async () => {
    const silences = await watched();
    const { app, gateway, member } = silences;
    const ids = await five(silences);
    gateway.refuse();
    await waitFor(
      async () => (await app.data(member, "{ alertmanagers { reachable } }")).alertmanagers[0].reachable === false,
      {
        what: "the Alertmanager to be known as away",
      },
    );
    for (const of of [{ ids }, { matching: { filter: {}, expectedCount: 5 } }]) {
      const { errors, data } = await app.graphql(member, expire, { of }, withKey("away"));
      expect(errors).toMatchObject([
        { message: expect.stringMatching(/^Nothing was written: /), extensions: { code: "UPSTREAM_UNAVAILABLE" } },
      ]);
      expect(data).toBeNull();
    }
    expect(await told(silences, ids)).toEqual({ pending: 0, changes: ids.map(() => []) });
  });
});

/** A server on two Alertmanagers, of which the one that is written to is gone once it has taken two writes. */
async function dyingAfterTwo(alertmanagers: readonly Alertmanager[]) {
  const gateways = await Promise.all(alertmanagers.map(({ url }) => startStandIn(forward(url))));
  const app = await startApp(await createSqliteDatabase(), {
    alertmanagers: [{ name: "main", members: gateways.map(({ url }, index) => ({ name: `am${index + 1}`, url })) }],
    upstreams: { pollIntervalSeconds: 60 },
  });
  const alpha = `mutation { projectCreate(input: { name: "alpha" }) { project { id } } }`;
  const project = (await app.data(app.operator, alpha)).projectCreate.project.id;
  const member = await app.token({ [project]: "MEMBER" });
  const matchers = [{ name: "alertname", value: "Down" }];
  const ids: string[] = [];
  for (const comment of comments) {
    const input = { project, matchers, duration: "1h", comment };
    ids.push((await app.data(member, mutations.create, { input })).written.silence.id);
  }
  let isGone = false;
  const writes = gateways.map((gateway, index) => {
    const count = { writes: 0 };
    gateway.answerWith((request, response) => {
      if (isWrite(request)) count.writes++;
      if (count.writes === 2 && !isWrite(request) && !isGone) {
        // It reads the second back, and is gone.
        isGone = true;
        response.setHeader("connection", "close");
        gateway.refuse();
      }
      forward(alertmanagers[index]?.url ?? "")(request, response);
    });
    return count;
  });
  return { app, member, ids, writes: () => writes.map((count) => count.writes).sort() };
}
const inForceAt = async (alertmanager: Alertmanager) =>
  ((await alertmanager.api("/api/v2/silences")) as { status: { state: string } }[]).filter(
    ({ status }) => status.state === "active",
  ).length;

it("goes on with another member of the cluster where one dies in between", async () => {
  const pair = await startAlertmanagerPair();
  const { app, member, ids, writes } = await dyingAfterTwo(pair);
  expect(codesOf(await app.data(member, expire, { of: { ids } }))).toEqual(ids.map(() => "done"));
  expect(writes()).toEqual([2, 3]);
  for (const one of pair) {
    await waitFor(async () => (await inForceAt(one)) === 0, { what: "all to have ended" });
  }
  const active = "{ silences(filter: { states: [ACTIVE] }) { totalCount } }";
  expect((await app.data(member, active)).silences.totalCount).toBe(0);
});

it("does not call done what a member took that went away before another had it", async () => {
  // They do not gossip, so that the one that is left knows of nothing.
  const { app, member, ids } = await dyingAfterTwo([await startAlertmanager(), await startAlertmanager()]);
  const { done } = await app.data(member, expire, { of: { ids } });
  // Several are asked for at a time, so that any two may be those that it took.
  expect(codesOf({ done }).toSorted()).toEqual(["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "UNAVAILABLE", "UNAVAILABLE"]);
  const taken = codesOf({ done }).indexOf("UNAVAILABLE");
  expect(done.results[taken].userErrors).toEqual([
    {
      code: "UNAVAILABLE",
      message: "The member that took it went away before another had it. Look whether it is there.",
    },
  ]);
  const log = "query ($id: ID!) { auditEntries(filter: { entityId: $id }) { nodes { action } } }";
  // The change log tells of it when somebody has looked.
  expect((await app.data(member, log, { id: ids[taken] })).auditEntries.nodes).toEqual([{ action: "CREATE" }]);
});

it("is done once for requests with one key that two servers get at the same time", async () => {
  const silences = await watchSilences(await createMariadbDatabase());
  const other = await silences.another();
  const apps = [silences.app, other];
  const ids = await five(silences);
  const known = async () => (await other.data(silences.member, "{ silences { totalCount } }")).silences.totalCount;
  await waitFor(async () => (await known()) === 5, { what: "the other server to know all silences" });
  const request = [silences.member, extend, { of: { ids } }, withKey("both")] as const;
  const answers = await Promise.all([...apps, ...apps, ...apps].map((app) => app.graphql(...request)));
  const codes = answers.flatMap(
    ({ data, errors }) => errors?.map(({ extensions }) => extensions.code) ?? codesOf(data),
  );
  expect([...new Set(codes)].filter((code) => code !== "done" && code !== "CONFLICT")).toEqual([]);
  expect(await told(silences, ids)).toEqual({ pending: 0, changes: ids.map(() => ["UPDATE"]) });
  for (const app of apps) expect(codesOf(await app.data(...request))).toEqual(ids.map(() => "done"));
});
