import { describe, expect, it } from "vitest";
import { forward } from "../clients/stand-in.js";
import { describeOnEachDatabase } from "../support/databases.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { waitFor } from "../support/wait-for.js";
import {
  holding,
  isWrite,
  losingAnswers,
  losingWrites,
  mutations,
  type WatchedSilences,
  watchSilences,
} from "./watched-silences.js";

const { create, update, expire } = mutations;
const minuteMs = 60_000;
const withKey = (key: string) => ({ "idempotency-key": key });
const conflict = [{ extensions: { code: "CONFLICT" } }];
const unavailable = [{ extensions: { code: "UPSTREAM_UNAVAILABLE" } }];

/** The clock of a server some time from now. */
const later = (minutes: number) => ({ now: () => new Date(Date.now() + minutes * minuteMs) });
/** Ends the server, and starts another some minutes from now, which tells of what is left. */
const restarted = async ({ app, another }: WatchedSilences, minutes = 5) => {
  await app.close();
  return another(later(minutes));
};
const toldOf = (silences: WatchedSilences, entries: number) =>
  waitFor(
    async () => {
      const told = await silences.told();
      return told.entries.length >= entries && told.pending === 0 && told.entries;
    },
    { what: "the change log to tell of the silence", deadlineMs: 20_000 },
  );
const made = async ({ app, member, input }: WatchedSilences) =>
  (await app.data(member, create, { input: input() })).written.silence.id as string;

describeOnEachDatabase((database) => {
  const watched = async (settings = {}) => watchSilences(await database.another(), settings);
  const triggers =
    database.type === "sqlite"
      ? "CREATE TRIGGER failing BEFORE INSERT ON audit_entry WHEN new.entity_type = 'Silence' BEGIN SELECT RAISE(ABORT, 'no'); END"
      : "CREATE TRIGGER failing BEFORE INSERT ON audit_entry FOR EACH ROW IF NEW.entity_type = 'Silence' THEN SIGNAL SQLSTATE '45000'; END IF";

  it("tells of a silence whose entry the database did not take, and then answers its repeats", async () => {
    const silences = await watched();
    const { app, member, sql } = silences;
    await sql(triggers);
    const request = [member, create, { input: silences.input() }, withKey("failed")] as const;
    expect((await app.graphql(...request)).errors).toMatchObject([{ extensions: { code: "INTERNAL_SERVER_ERROR" } }]);
    expect(await silences.inForce()).toHaveLength(1);
    expect((await app.graphql(...request)).errors).toMatchObject(conflict);
    expect(await silences.told()).toEqual({ entries: [], pending: 1 });
    await sql("DROP TRIGGER failing");
    const next = await restarted(silences);
    const [entry, ...others] = await toldOf(silences, 1);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      ...{ action: "CREATE", actor: "test", project_id: silences.project, before: null },
      after: { id: entry?.entity_id, cluster: "main", comment: "mending", state: "ACTIVE" },
    });
    expect(await next.data(...request)).toMatchObject({ written: { silence: { id: entry?.entity_id } } });
    expect(await silences.inForce()).toHaveLength(1);
  });

  it("leaves alone what is young: whoever sent it may still hear of it", async () => {
    const silences = await watched();
    const { app, gateway, alertmanager, member, input, sql } = silences;
    gateway.answerWith(losingAnswers(alertmanager.url));
    for (const comment of ["old", "young"]) await app.graphql(member, create, { input: input({ comment }) });
    const longAgo = new Date(Date.now() - 60 * minuteMs).toISOString().replace("T", " ").slice(0, -1);
    await sql("UPDATE pending_write SET at = ? WHERE `after` LIKE '%old%'", [longAgo]);
    await restarted(silences, 1);
    await waitFor(async () => (await silences.told()).entries.length > 0, {
      what: "the old one to be told of",
      deadlineMs: 20_000,
    });
    expect(await silences.told()).toMatchObject({ entries: [{ after: { comment: "old" } }], pending: 1 });
  });

  it("tells of a creation, a change and an end whose answers were lost", async () => {
    const silences = await watched();
    const { app, gateway, alertmanager, member, input } = silences;
    const [changed, moved, ended] = [await made(silences), await made(silences), await made(silences)];
    gateway.answerWith(losingAnswers(alertmanager.url));
    const matchers = [
      { name: "project", value: "alpha" },
      { name: "alertname", value: "Slow" },
    ];
    for (const [query, variables] of [
      [create, { input: input({ comment: "created" }) }],
      [update, { id: changed, input: { comment: "changed" } }],
      [update, { id: moved, input: { comment: "matches others", matchers } }],
      [expire, { id: ended }],
    ] as const) {
      expect((await app.graphql(member, query, variables)).errors).toMatchObject(unavailable);
    }
    expect((await silences.told()).pending).toBe(4);
    await restarted(silences);
    const entries = await toldOf(silences, 7);
    const said = entries.slice(3).map(({ action, entity_id: id, before, after }) => {
      const [was, is] = [before, after].map((state) => state as Record<string, unknown> | null);
      return [action, id, was?.id, is?.id === id, is?.comment, is?.state];
    });
    expect(said).toEqual([
      ["CREATE", expect.any(String), undefined, true, "created", "ACTIVE"],
      ["UPDATE", changed, changed, true, "changed", "ACTIVE"],
      ["UPDATE", expect.not.stringMatching(moved), moved, true, "matches others", "ACTIVE"],
      ["UPDATE", ended, ended, true, "mending", "EXPIRED"],
    ]);
  });

  it("tells each project its own of a move whose answer was lost", async () => {
    const silences = await watched();
    const { app, gateway, alertmanager, project } = silences;
    const createBeta = `mutation { projectCreate(input: { name: "beta" }) { project { id } } }`;
    const beta = (await app.data(app.operator, createBeta)).projectCreate.project.id;
    const id = await made(silences);
    gateway.answerWith(losingAnswers(alertmanager.url));
    const input = { comment: "of beta", matchers: [{ name: "project", value: "beta" }] };
    expect((await app.graphql(app.operator, update, { id, input })).errors).toMatchObject(unavailable);
    await restarted(silences);
    const entries = (await toldOf(silences, 3)).slice(1);
    expect(entries.toSorted((one, other) => (String(one.action) < String(other.action) ? -1 : 1))).toMatchObject([
      { action: "CREATE", project_id: beta, before: null, after: { comment: "of beta", state: "ACTIVE" } },
      { action: "UPDATE", project_id: project, entity_id: id, before: { id }, after: { id, state: "EXPIRED" } },
    ]);
  });

  it("tells of a silence that was written and could not be read back", async () => {
    const silences = await watched();
    const { app, gateway, alertmanager, member } = silences;
    const onward = forward(alertmanager.url);
    gateway.answerWith((request, response) => {
      if (request.method === "GET" && request.url?.startsWith("/api/v2/silence/")) response.destroy();
      else onward(request, response);
    });
    const variables = { input: silences.input() };
    const message = 'Alertmanager "am" closed the connection. The silence was written.';
    expect((await app.graphql(member, create, variables)).errors).toMatchObject([{ message }]);
    // The key's answer is what the change log tells.
    const { written } = await app.data(member, create, variables, withKey("unread"));
    expect(await silences.inForce()).toHaveLength(2);
    const { entries, pending } = await silences.told();
    const after = { comment: "mending", state: "ACTIVE" };
    expect(entries).toMatchObject([
      { action: "CREATE", after },
      { action: "CREATE", entity_id: written.silence.id, after },
    ]);
    expect(pending).toBe(0);
  });

  it("says that it does not know what became of writes that nothing shows of", async () => {
    const silences = await watched({ upstreams: { timeoutSeconds: 0.5 } });
    const { app, gateway, alertmanager, member, input } = silences;
    const id = await made(silences);
    gateway.answerWith(losingWrites(alertmanager.url));
    const request = [member, create, { input: input({ comment: "lost" }) }, withKey("lost")] as const;
    expect((await app.graphql(...request)).errors).toMatchObject(unavailable);
    expect((await app.graphql(member, expire, { id })).errors).toMatchObject(unavailable);
    gateway.answerWith(forward(alertmanager.url));
    const next = await restarted(silences);
    const [, lost, ended] = await toldOf(silences, 3);
    expect(lost).toMatchObject({
      ...{ action: "UNKNOWN", entity_id: "", project_id: silences.project, before: null },
      after: { cluster: "main", comment: "lost", matchers: ['project="alpha"', 'alertname="Down"'], state: "ACTIVE" },
    });
    expect(ended).toMatchObject({ action: "UNKNOWN", entity_id: id, before: { id }, after: { state: "EXPIRED" } });
    expect((await next.graphql(...request)).errors).toMatchObject(conflict);
    expect((await silences.inForce()).map(({ comment }) => comment)).toEqual(["mending"]);
    const seen = `{ auditEntries(filter: { action: UNKNOWN }) { nodes { action entityId after } } }`;
    expect((await next.data(member, seen)).auditEntries.nodes).toHaveLength(2);
  });

  it("does not take a silence for its own that another request has made", async () => {
    const silences = await watched({ upstreams: { timeoutSeconds: 0.5 } });
    const { app, gateway, alertmanager, member, input } = silences;
    const endsAt = new Date(Date.now() + 60 * minuteMs).toISOString();
    const same = { input: input({ duration: undefined, endsAt }) };
    gateway.answerWith(losingWrites(alertmanager.url));
    await app.graphql(member, create, same);
    gateway.answerWith(forward(alertmanager.url));
    await app.data(member, create, same);
    await restarted(silences);
    expect((await toldOf(silences, 2)).map(({ action }) => action).sort()).toEqual(["CREATE", "UNKNOWN"]);
  });

  it("tells of a write too whose key another change has taken meanwhile", async () => {
    const silences = await watched({ upstreams: { timeoutSeconds: 0.5 } });
    const { app, gateway, alertmanager, project, input, sql } = silences;
    gateway.answerWith(losingWrites(alertmanager.url));
    await app.graphql(app.operator, create, { input: input() }, withKey("taken"));
    const change = `mutation ($id: ID!) { projectUpdate(id: $id, input: { description: "x" }) { userErrors { code } } }`;
    await app.data(app.operator, change, { id: project }, withKey("taken"));
    await restarted(silences);
    expect(await toldOf(silences, 1)).toMatchObject([{ action: "UNKNOWN", after: { comment: "mending" } }]);
    const keyed = await sql("SELECT entity_type FROM audit_entry WHERE idempotency_key = 'taken#0'");
    expect(keyed).toMatchObject([{ entity_type: "Project" }]);
  });

  it("keeps nothing of what Alertmanager refuses or never hears of", async () => {
    // An hour that has passed by Alertmanager's clock.
    const silences = await watched(later(-120));
    const { app, member, alertmanager, gateway } = silences;
    const refused = await app.data(member, create, { input: silences.input() }, withKey("refused"));
    expect(refused.written).toMatchObject({ silence: null, userErrors: [{ code: "INVALID", path: ["input"] }] });
    expect(await silences.told()).toEqual({ entries: [], pending: 0 });
    gateway.refuse();
    await alertmanager.stop();
    const isReachable = async () =>
      (await app.data(member, "{ alertmanagers { reachable } }")).alertmanagers[0].reachable;
    // What is sent over a connection that ends just then may have been heard.
    await waitFor(async () => !(await isReachable()), { what: "the Alertmanager to be seen down" });
    const { errors } = await app.graphql(member, create, { input: silences.input() }, withKey("refused"));
    expect(errors).toMatchObject(unavailable);
    expect(await silences.told()).toEqual({ entries: [], pending: 0 });
  });
});

describe("of two servers on one database", () => {
  it("one tells of what a third has left", async () => {
    const silences = await watchSilences(await createMariadbDatabase());
    const { app, gateway, alertmanager, member, input } = silences;
    gateway.answerWith(losingAnswers(alertmanager.url));
    for (const comment of ["one", "two", "three"]) await app.graphql(member, create, { input: input({ comment }) });
    await app.close();
    await Promise.all([silences.another(later(5)), silences.another(later(5))]);
    const entries = await toldOf(silences, 3);
    expect(entries.map(({ after }) => (after as { comment: string }).comment)).toEqual(["one", "two", "three"]);
  });

  it("the one that hears at last of its write tells of it, though another has called it unknown", async () => {
    const silences = await watchSilences(await createMariadbDatabase());
    const { app, gateway, alertmanager, member, input } = silences;
    const held = holding(isWrite, alertmanager.url);
    gateway.answerWith(held.answer);
    const answer = app.data(member, create, { input: input() }, withKey("late"));
    await waitFor(() => gateway.requests.includes("POST /api/v2/silences"), { what: "the silence to be under way" });
    await silences.another(later(5));
    expect(await toldOf(silences, 1)).toMatchObject([{ action: "UNKNOWN" }]);
    held.release();
    expect((await answer).written).toMatchObject({ silence: { comment: "mending" }, userErrors: [] });
    const entries = await toldOf(silences, 2);
    // The other server's clock is ahead.
    expect(entries.map(({ action }) => action).sort()).toEqual(["CREATE", "UNKNOWN"]);
  });
});
