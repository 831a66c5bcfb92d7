import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { type Answer, forward, hang, json } from "../clients/stand-in.js";
import { startAlertmanager } from "../support/alertmanager.js";
import { createSqliteDatabase } from "../support/databases.js";
import { waitFor } from "../support/wait-for.js";
import { mutations, type OnCallSettings, type StoredSilence, startOnCall } from "./on-call.js";
import { isWrite } from "./watched-silences.js";

const { acknowledge, unacknowledge } = mutations;
const minute = 60_000;

async function start(settings: OnCallSettings = {}) {
  const onCall = await startOnCall(await createSqliteDatabase(), settings);
  const { app, tokens, inForce } = onCall;
  /** Has an alert fire and acknowledges it; answers the ids of both. */
  const acknowledged = async (labels: { alertname: string } & Record<string, string>, input: object = {}) => {
    const alerts = await onCall.fire([labels]);
    const { done } = await app.data(tokens.alice, acknowledge, { input: { alerts, ...input } });
    return { alert: alerts[0] ?? "", id: done.results[0].acknowledgement.id as string };
  };
  const acknowledgementOf = async (id: string) =>
    (
      await app.data(app.operator, `query ($id: ID!) { node(id: $id) { ... on Acknowledgement { ${fields} } } }`, {
        id,
      })
    ).node;
  return {
    ...onCall,
    acknowledged,
    acknowledgementOf,
    restart: onCall.restartAlertmanager,
    ended: (id: string) =>
      waitFor(async () => (await acknowledgementOf(id)).endReason, { what: `${id} to end`, deadlineMs: 20_000 }),
    /** The silences in force of an acknowledgement, once there are so many. */
    silences: (id: string, count = 1) =>
      waitFor(
        async () => {
          const own = (await inForce()).filter(({ comment }) => comment.endsWith(`[${id}]`));
          return own.length === count && own;
        },
        { what: `${count} silences of ${id}`, deadlineMs: 20_000 },
      ),
    alertOf: async (id: string) =>
      (
        await app.data(
          app.operator,
          "query ($id: ID!) { node(id: $id) { ... on Alert { state acknowledgement { id } } } }",
          { id },
        )
      ).node,
  };
}
const fields = "owner quiet endReason endedAt silences { state endsAt }";

describe("what an acknowledgement keeps quiet", () => {
  it("is silenced as soon as an Alertmanager that took nothing takes it", async () => {
    const { gateway, alertmanager, acknowledged, silences, acknowledgementOf, told } = await start();
    const onward = forward(alertmanager.url);
    gateway.answerWith((request, response) => (isWrite(request) ? hang(request, response) : onward(request, response)));
    const { id } = await acknowledged({ alertname: "Late" }, { note: "away" });
    expect(await acknowledgementOf(id)).toEqual({
      owner: "alice",
      quiet: true,
      endReason: null,
      endedAt: null,
      silences: [],
    });
    gateway.answerWith(onward);
    const [silence] = await silences(id);
    expect(silence).toMatchObject({ createdBy: "alice", comment: `Acknowledged by alice: away [${id}]` });
    await waitFor(async () => (await acknowledgementOf(id)).silences.length === 1, { what: "it to know its silence" });
    expect((await told()).map(({ action, type, actor }) => [action, type, actor])).toEqual([
      ["CREATE", "Acknowledgement", "alice"],
      ["CREATE", "Silence", "server"],
    ]);
  });

  it("is silenced once, also where the Alertmanager takes long to answer who asked for it", async () => {
    const { gateway, alertmanager, acknowledged, silences } = await start();
    const onward = forward(alertmanager.url);
    gateway.answerWith((request, response) => {
      setTimeout(() => onward(request, response), isWrite(request) ? 1_500 : 0);
    });
    const { id } = await acknowledged({ alertname: "Slow" });
    await silences(id);
    const asked = gateway.requests.length;
    await waitFor(() => gateway.requests.length > asked + 10, { what: "more readings", deadlineMs: 20_000 });
    expect(gateway.requests.filter((line) => line === "POST /api/v2/silences")).toHaveLength(1);
  });

  it("is silenced by who asked for it, also where the silence shows before the Alertmanager has answered", async () => {
    const { gateway, alertmanager, acknowledged, told, sql } = await start();
    const onward = forward(alertmanager.url);
    /** Hands it on at once, and its answer back a while later. */
    const late: Answer = async (request, response) => {
      const { method, headers, url = "" } = request;
      const answer = await fetch(new URL(url, alertmanager.url), {
        ...{ method, headers: { "content-type": headers["content-type"] ?? "" } },
        body: await text(request),
      });
      const body = await answer.text();
      setTimeout(() => response.writeHead(answer.status, { "content-type": "application/json" }).end(body), 1_000);
    };
    gateway.answerWith((request, response) => (isWrite(request) ? late(request, response) : onward(request, response)));
    await acknowledged({ alertname: "Shown" });
    expect((await told()).map(({ action, type, actor }) => [action, type, actor])).toEqual([
      ["CREATE", "Acknowledgement", "alice"],
      ["CREATE", "Silence", "alice"],
    ]);
    expect(await sql("SELECT value FROM acknowledgement_revision")).toEqual([{ value: 2 }]);
  });

  it("is silenced once each, also where many at once take longer than a request may", { timeout: 90_000 }, async () => {
    const { app, tokens, gateway, alertmanager, fire, inForce, told } = await start();
    const alerts = await fire(Array.from({ length: 50 }, (_, index) => ({ alertname: `Slow${index}` })));
    const onward = forward(alertmanager.url);
    gateway.answerWith((request, response) => {
      setTimeout(() => onward(request, response), isWrite(request) ? 100 : 0);
    });
    const { done } = await app.data(tokens.alice, acknowledge, { input: { alerts } });
    expect(done.results.filter((one: { acknowledgement: object | null }) => one.acknowledgement === null)).toEqual([]);
    await waitFor(async () => (await inForce()).length === 50, { what: "all to be silenced", deadlineMs: 40_000 });
    const isTold = async () => (await told()).filter(({ type }) => type === "Silence").length === 50;
    await waitFor(isTold, { what: "that to be told", deadlineMs: 20_000 });
    expect(gateway.requests.filter((line) => /^(POST|DELETE)/.test(line))).toHaveLength(50);
  });

  it.each([404, 400])("is asked for once a minute, of an Alertmanager whose proxy answers %d", async (status) => {
    const { gateway, alertmanager, acknowledged, acknowledgementOf } = await start();
    const onward = forward(alertmanager.url);
    const refuse = json({ message: "no" }, status);
    gateway.answerWith((request, response) =>
      isWrite(request) ? refuse(request, response) : onward(request, response),
    );
    const { id } = await acknowledged({ alertname: "Refused" });
    expect(await acknowledgementOf(id)).toMatchObject({ owner: "alice", silences: [] });
    const writes = () => gateway.requests.filter((line) => line === "POST /api/v2/silences").length;
    await waitFor(() => writes() === 2, { what: "the upkeep to try", deadlineMs: 20_000 });
    const asked = gateway.requests.length;
    await waitFor(() => gateway.requests.length > asked + 20, { what: "more readings", deadlineMs: 20_000 });
    expect(writes()).toBe(2);
  });

  it("is asked to last longer once a minute, of an Alertmanager that refuses", async () => {
    const { gateway, alertmanager, acknowledged, silences } = await start({ acknowledgements: { silenceSeconds: 9 } });
    const onward = forward(alertmanager.url);
    const { id } = await acknowledged({ alertname: "Unextended" });
    const [silence] = await silences(id);
    const refuse = json({ message: "no" }, 400);
    gateway.answerWith((request, response) =>
      isWrite(request) ? refuse(request, response) : onward(request, response),
    );
    const writes = () => gateway.requests.filter((line) => line === "POST /api/v2/silences").length;
    await waitFor(() => writes() === 2, { what: "the upkeep to try", deadlineMs: 20_000 });
    const asked = gateway.requests.length;
    await waitFor(() => gateway.requests.length > asked + 8, { what: "more readings", deadlineMs: 20_000 });
    expect([writes(), (await silences(id))[0]?.endsAt]).toEqual([2, silence?.endsAt]);
  });

  it("stays silent as long as it fires, by the same silence, each time for a short while only", async () => {
    const { acknowledged, silences, told } = await start({ acknowledgements: { silenceSeconds: 6 } });
    const { id } = await acknowledged({ alertname: "Long" });
    const [first] = await silences(id);
    const [longer] = await waitFor(
      async () => {
        const now = await silences(id);
        return Date.parse(now[0]?.endsAt ?? "") > Date.parse(first?.endsAt ?? "") + 4_000 && now;
      },
      { what: "its silence to be extended" },
    );
    expect([longer?.id, longer?.matchers]).toEqual([first?.id, first?.matchers]);
    expect(Date.parse(longer?.endsAt ?? "") - Date.now()).toBeLessThanOrEqual(6_000);
    expect((await told()).filter(({ type }) => type === "Silence")).toHaveLength(1);
  });

  it("is silenced until it expires, and not beyond", async () => {
    const { acknowledged, silences, ended, acknowledgementOf, alertOf, told } = await start();
    const { id, alert } = await acknowledged({ alertname: "Timed" }, { duration: "3s" });
    const [silence] = await silences(id);
    expect(Date.parse(silence?.endsAt ?? "") - Date.parse(silence?.startsAt ?? "")).toBeLessThanOrEqual(3_000);
    expect(await ended(id)).toBe("EXPIRED");
    expect(Object.keys(await acknowledgementOf(id))).toContain("endedAt");
    await waitFor(async () => (await alertOf(alert)).state === "ACTIVE", { what: "the alert to be loud" });
    expect((await alertOf(alert)).acknowledgement).toBeNull();
    const [, end] = (await told()).filter(({ type }) => type === "Acknowledgement");
    expect(end).toMatchObject({ action: "UPDATE", actor: "server", after: { endReason: "EXPIRED" } });
  });

  it("is somebody else's to acknowledge when its time is up, also before anybody has ended it", async () => {
    const { app, sql, tokens, acknowledged, acknowledgementOf } = await start();
    await sql(
      "INSERT INTO lease (name, holder, term, expires_at) VALUES ('acknowledgement-upkeep', 'x', 1, '2999-01-01 00:00:00.000')",
    );
    const { id, alert } = await acknowledged({ alertname: "Over" }, { duration: "1s" });
    const again = async () =>
      (await app.data(tokens.bob, acknowledge, { input: { alerts: [alert] } })).done.results[0].acknowledgement;
    expect(await again()).toBeNull();
    const anew = await waitFor(again, { what: "its time to be up" });
    expect([anew.owner, (await acknowledgementOf(id)).endReason]).toEqual(["bob", "EXPIRED"]);
  });

  it("is exactly the alert: one with more labels that joins later is loud, and one that was there already too", async () => {
    const { fire, acknowledged, silences, alertOf } = await start();
    const [there = ""] = await fire([{ alertname: "Wide", device: "sda" }]);
    const { id, alert } = await acknowledged({ alertname: "Wide" });
    const [silence] = await silences(id);
    const absent = { name: "device", value: "", isRegex: false, isEqual: true };
    expect(silence?.matchers).toContainEqual(absent);
    expect([(await alertOf(alert)).state, (await alertOf(there)).state]).toEqual(["SUPPRESSED", "ACTIVE"]);
    const [later = ""] = await fire([{ alertname: "Wide", region: "north" }]);
    await waitFor(async () => (await alertOf(later)).state === "ACTIVE", { what: "the alert that joined to be loud" });
    const [narrowed] = await silences(id);
    expect(narrowed?.matchers).toEqual([...(silence?.matchers ?? []), { ...absent, name: "region" }]);
    await waitFor(async () => (await alertOf(alert)).state === "SUPPRESSED", { what: "the first one to be quiet" });
    expect((await alertOf(later)).acknowledgement).toBeNull();
  });

  it("is loud when ever more labels join, so that a silence for it alone would be too much to ask of an Alertmanager", async () => {
    const { fire, acknowledged, silences, acknowledgementOf, alertOf, inForce } = await start();
    const { id, alert } = await acknowledged({ alertname: "Growing" });
    await silences(id);
    const more = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, index) => [`label_${from + index}`, "x"]));
    await fire([{ alertname: "Growing", ...more(0, 48) }]);
    const [narrowed] = await waitFor(async () => (await inForce())[0]?.matchers.length === 50 && inForce(), {
      what: "a silence of fifty matchers",
    });
    expect(narrowed?.comment).toContain(id);
    await fire([{ alertname: "Growing", ...more(48, 49) }]);
    await waitFor(async () => (await acknowledgementOf(id)).quiet === false, { what: "it to be loud" });
    await waitFor(async () => (await inForce()).length === 0, { what: "its silence to end" });
    await waitFor(async () => (await alertOf(alert)).state === "ACTIVE", { what: "that to show" });
    expect((await alertOf(alert)).acknowledgement).toEqual({ id });
  });

  it("is loud again when somebody ends the silence by hand, and stays acknowledged", async () => {
    const { app, tokens, acknowledged, silences, acknowledgementOf, alertOf, inForce, told } = await start();
    const { id, alert } = await acknowledged({ alertname: "ByHand" });
    await silences(id);
    const query = `query ($id: ID!) { node(id: $id) { ... on Acknowledgement { silences { id } } } }`;
    const [{ id: silence }] = (await app.data(tokens.bob, query, { id })).node.silences;
    await app.data(tokens.bob, "mutation ($id: ID!) { silenceExpire(id: $id) { userErrors { message } } }", {
      id: silence,
    });
    await waitFor(async () => (await acknowledgementOf(id)).quiet === false, { what: "it to be loud" });
    expect(await alertOf(alert)).toEqual({ state: "ACTIVE", acknowledgement: { id } });
    expect(await inForce()).toEqual([]);
    expect((await told()).at(-1)).toMatchObject({
      ...{ action: "UPDATE", type: "Acknowledgement", actor: "server" },
      ...{ before: { quiet: true, endedAt: null }, after: { quiet: false, endedAt: null } },
    });
  });

  it("is loud too when its note changes before the end of the silence was taken note of", async () => {
    const { app, tokens, acknowledged, silences, acknowledgementOf, inForce } = await start();
    const { id } = await acknowledged({ alertname: "Noted" });
    await silences(id);
    const query = `query ($id: ID!) { node(id: $id) { ... on Acknowledgement { silences { id } } } }`;
    const [silence] = (await app.data(tokens.bob, query, { id })).node.silences;
    const expire = "mutation ($id: ID!) { silenceExpire(id: $id) { userErrors { message } } }";
    await app.data(tokens.bob, expire, silence);
    const { done } = await app.data(tokens.alice, mutations.update, { id, input: { note: "seen" } });
    expect(done.userErrors).toEqual([]);
    expect(await inForce()).toEqual([]);
    await waitFor(async () => (await acknowledgementOf(id)).quiet === false, { what: "it to be loud" });
    expect(await inForce()).toEqual([]);
  });

  it("is loud too when somebody has ended the silence just when it was to be extended", async () => {
    const { gateway, alertmanager, acknowledged, silences, acknowledgementOf, inForce } = await start({
      acknowledgements: { silenceSeconds: 6 },
    });
    const { id } = await acknowledged({ alertname: "AtOnce" });
    const [silence] = await silences(id);
    const onward = forward(alertmanager.url);
    const asked = gateway.requests.length;
    const before = json(await alertmanager.api("/api/v2/silences"));
    // As it was read last.
    gateway.answerWith((request, response) =>
      (request.url === "/api/v2/silences" && !isWrite(request) ? before : onward)(request, response),
    );
    await alertmanager.api(`/api/v2/silence/${silence?.id}`, { method: "DELETE" });
    const isDue = () => gateway.requests.slice(asked).some((line) => /^POST|\/silence\//.test(line));
    await waitFor(isDue, { what: "the upkeep to be at it" });
    gateway.answerWith(onward);
    await waitFor(async () => (await acknowledgementOf(id)).quiet === false, { what: "it to be loud" });
    expect(await inForce()).toEqual([]);
  });

  it("stays silent when somebody edits the silence without ending it, which says again what it did when it is extended", async () => {
    const { alertmanager, acknowledged, silences, acknowledgementOf } = await start({
      acknowledgements: { silenceSeconds: 9 },
    });
    const { id } = await acknowledged({ alertname: "Edited" });
    const [silence] = await silences(id);
    const edited = { ...silence, comment: "mine now", endsAt: new Date(Date.now() + 5_000).toISOString() };
    await alertmanager.api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(edited),
    });
    const [restored] = await silences(id);
    expect([restored?.comment, restored?.id, (await acknowledgementOf(id)).quiet]).toEqual([
      silence?.comment,
      silence?.id,
      true,
    ]);
  });
});

describe("an acknowledgement", () => {
  it("ends with its alert, its silence too, and does not cover the alert when it fires anew", async () => {
    const { app, fire, resolve, acknowledged, silences, ended, alertOf, acknowledgementOf, told } = await start();
    const { id, alert } = await acknowledged({ alertname: "Resolved" });
    await resolve([{ alertname: "Resolved" }]);
    expect(await ended(id)).toBe("RESOLVED");
    await silences(id, 0);
    await waitFor(async () => (await acknowledgementOf(id)).silences[0]?.state === "EXPIRED", { what: "that to show" });
    const query = `query ($id: ID!) { node(id: $id) { ... on Acknowledgement { alert { id } labels } } }`;
    expect((await app.data(app.operator, query, { id })).node).toEqual({
      alert: null,
      labels: { alertname: "Resolved", project: "alpha" },
    });
    expect(await fire([{ alertname: "Resolved" }], new Date())).toEqual([alert]);
    expect(await alertOf(alert)).toEqual({ state: "ACTIVE", acknowledgement: null });
    expect((await app.data(app.operator, query, { id })).node.alert).toBeNull();
    expect(
      (await told()).map(({ action, type, actor, after }) => [action, type, actor, Object(after).endReason]),
    ).toEqual([
      ["CREATE", "Acknowledgement", "alice", null],
      ["CREATE", "Silence", "alice", undefined],
      ["UPDATE", "Acknowledgement", "server", "RESOLVED"],
      ["UPDATE", "Silence", "server", undefined],
    ]);
  });

  it("is not for the alert that fires anew before anybody has noticed its end, which may be acknowledged anew", async () => {
    const { app, tokens, gateway, alertmanager, resolve, acknowledged, ended, alertOf } = await start();
    const { id, alert } = await acknowledged({ alertname: "Flapping" });
    // Nothing is read meanwhile.
    gateway.answerWith(hang);
    await resolve([{ alertname: "Flapping" }]);
    const labels = { alertname: "Flapping", project: "alpha" };
    await alertmanager.postAlerts([{ labels, startsAt: new Date().toISOString() }]);
    gateway.answerWith(forward(alertmanager.url));
    expect(await ended(id)).toBe("RESOLVED");
    await waitFor(async () => (await alertOf(alert)).state === "ACTIVE", { what: "the alert to be loud" });
    const { done } = await app.data(tokens.bob, acknowledge, { input: { alerts: [alert] } });
    expect(done.results[0]).toMatchObject({ acknowledgement: { owner: "bob" }, userErrors: [] });
  });

  it("stays over a restart of the Alertmanager, which then knows no alerts for a while", async () => {
    const { restart, acknowledged, silences, acknowledgementOf, alertOf, fire, app } = await start({
      acknowledgements: { alertmanagerWarmUpSeconds: 300 },
    });
    const { id, alert } = await acknowledged({ alertname: "Restarted" });
    const [silence] = await silences(id);
    await restart("kept");
    await waitFor(async () => (await alertOf(alert)) === null, { what: "the alert to be gone" });
    // As long as it takes to believe that it resolved, and more.
    const syncs = new Set<string>();
    await waitFor(
      async () => {
        const { alertmanagers } = await app.data(app.operator, "{ alertmanagers { lastSyncAt reachable } }");
        if (alertmanagers[0].reachable) syncs.add(alertmanagers[0].lastSyncAt);
        return syncs.size > 15;
      },
      { what: "fifteen readings", deadlineMs: 20_000 },
    );
    expect(await acknowledgementOf(id)).toMatchObject({ endReason: null });
    // Of two replicas of Prometheus the other is the first to tell it now, for which it began later.
    await fire([{ alertname: "Restarted" }], new Date(Date.now() - 40_000));
    expect((await silences(id))[0]?.id).toBe(silence?.id);
    await waitFor(async () => (await alertOf(alert)).state === "SUPPRESSED", { what: "the alert to be quiet" });
    expect((await alertOf(alert)).acknowledgement).toEqual({ id });
  });

  it("has its silence made again when the Alertmanager has lost all that it had stored", async () => {
    const { restart, acknowledged, silences, fire, alertOf, acknowledgementOf } = await start({
      acknowledgements: { alertmanagerWarmUpSeconds: 300 },
    });
    const { id, alert } = await acknowledged({ alertname: "Lost" });
    const [silence] = await silences(id);
    await restart("lost");
    await silences(id, 0);
    await fire([{ alertname: "Lost" }]);
    const [again] = await silences(id);
    expect([again?.id === silence?.id, again?.matchers, again?.comment]).toEqual([
      false,
      silence?.matchers,
      silence?.comment,
    ]);
    await waitFor(async () => (await alertOf(alert)).state === "SUPPRESSED", { what: "the alert to be quiet" });
    expect(await acknowledgementOf(id)).toMatchObject({ quiet: true, endReason: null });
  });

  it("does not end while its Alertmanager is away, nor right after the start of a server that it does not answer", async () => {
    const { app, gateway, alertmanager, another, acknowledged, acknowledgementOf, resolve, tokens } = await start();
    const { id } = await acknowledged({ alertname: "Away" });
    gateway.answerWith(hang);
    await resolve([{ alertname: "Away" }]);
    const isAway = async (asked: typeof app) => {
      const { alertmanagers } = await asked.data(tokens.alice, "{ alertmanagers { reachable } }");
      return alertmanagers[0].reachable === false;
    };
    await waitFor(() => isAway(app), { what: "it to be away" });
    expect(await acknowledgementOf(id)).toMatchObject({ endReason: null });
    await app.close();
    const next = await another();
    const asked = gateway.requests.length;
    await waitFor(() => gateway.requests.length > asked + 4, { what: "it to be asked again and again" });
    const query = `query ($id: ID!) { node(id: $id) { ... on Acknowledgement { endReason } } }`;
    expect([await isAway(next), (await next.data(tokens.alice, query, { id })).node]).toEqual([
      true,
      { endReason: null },
    ]);
    gateway.answerWith(forward(alertmanager.url));
    await waitFor(async () => (await next.data(tokens.alice, query, { id })).node.endReason === "RESOLVED", {
      what: "it to end once that answers",
      deadlineMs: 20_000,
    });
  });
});

describe("a silence that names an acknowledgement", () => {
  it("is ended when that has, should it have been taken back while the Alertmanager took nothing", async () => {
    const { app, tokens, gateway, alertmanager, acknowledged, silences, inForce, told } = await start();
    const { id } = await acknowledged({ alertname: "Orphan" });
    await silences(id);
    const onward = forward(alertmanager.url);
    gateway.answerWith((request, response) => (isWrite(request) ? hang(request, response) : onward(request, response)));
    const { done } = await app.data(tokens.alice, unacknowledge, { input: { acknowledgements: [id] } });
    expect(done.results[0]).toMatchObject({ acknowledgement: { endReason: "REMOVED" }, userErrors: [] });
    expect(await inForce()).toHaveLength(1);
    gateway.answerWith(onward);
    await silences(id, 0);
    await waitFor(async () => (await told()).length === 4, { what: "its end to be told" });
    expect((await told()).at(-1)).toMatchObject({
      action: "UPDATE",
      type: "Silence",
      actor: "server",
      after: { state: "EXPIRED" },
    });
  });

  it("is a person's own when it matches something else, and takes nobody's place", async () => {
    const { app, tokens, projects, acknowledged, silences, inForce, resolve, ended } = await start();
    const { id } = await acknowledged({ alertname: "Forged" });
    await silences(id);
    const create = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { id } userErrors { message } } }`;
    const forge = async (token: string, project: string, name: string) => {
      const matchers = [{ name: "alertname", value: name }];
      const input = { project, matchers, duration: "1h", comment: `mine [${id}]` };
      expect((await app.data(token, create, { input })).silenceCreate.userErrors).toEqual([]);
    };
    await forge(tokens.eve, projects.beta, "Forged");
    await forge(tokens.bob, projects.alpha, "Another");
    await resolve([{ alertname: "Forged" }]);
    await ended(id);
    await waitFor(async () => (await inForce()).length === 2, { what: "its own silence to end" });
    const comments = (await inForce()).map(({ comment, createdBy }) => [createdBy, comment]).sort();
    expect(comments).toEqual([
      ["bob", `mine [${id}]`],
      ["eve", `mine [${id}]`],
    ]);
    expect(Date.parse((await inForce())[0]?.endsAt ?? "") - Date.now()).toBeGreaterThan(50 * minute);
  });

  it("is one: of several that do the same the others are ended", async () => {
    const { alertmanager, acknowledged, silences, acknowledgementOf } = await start();
    const { id } = await acknowledged({ alertname: "Twice" });
    const [silence] = await silences(id);
    const { id: _, ...copy } = { ...silence, endsAt: new Date(Date.now() + 5 * minute).toISOString() };
    await alertmanager.api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(copy),
    });
    await silences(id, 2);
    expect((await silences(id, 1))[0]?.id).toBe(silence?.id);
    expect(await acknowledgementOf(id)).toMatchObject({ quiet: true });
  });
});

it("an alert that several clusters hold is silent in each, and ends when the last of them holds it no more", async () => {
  const other = await startAlertmanager();
  const { alertmanager, acknowledged, fire, silences, acknowledgementOf, alertOf, resolve, ended } = await start({
    alertmanagers: (main) => [main, { name: "other", members: [{ name: "other", url: other.url }] }],
  });
  const labels = { alertname: "Both", project: "alpha" };
  const inOther = async () =>
    ((await other.api("/api/v2/silences")) as StoredSilence[]).filter(({ status }) => status.state === "active");
  const { id, alert } = await acknowledged({ alertname: "Both" });
  expect(await inOther()).toEqual([]);
  const startsAt = new Date(Date.now() - minute).toISOString();
  await other.postAlerts([{ labels, startsAt }]);
  const [silence] = await silences(id);
  const [copy] = await waitFor(async () => (await inOther()).length > 0 && inOther(), {
    what: "a silence in the other",
  });
  expect([copy?.matchers, copy?.comment]).toEqual([silence?.matchers, silence?.comment]);
  await waitFor(async () => (await acknowledgementOf(id)).silences.length === 2, { what: "it to know both" });
  expect((await alertOf(alert)).state).toBe("SUPPRESSED");
  const [second = ""] = await fire([{ alertname: "Second" }]);
  expect((await alertOf(second)).state).toBe("ACTIVE");
  await resolve([{ alertname: "Both" }]);
  await waitFor(async () => ((await alertmanager.api("/api/v2/alerts")) as object[]).length === 1, {
    what: "one to forget it",
  });
  expect(await acknowledgementOf(id)).toMatchObject({ endReason: null });
  await other.postAlerts([{ labels, startsAt, endsAt: new Date().toISOString() }]);
  expect(await ended(id)).toBe("RESOLVED");
  await waitFor(async () => (await inOther()).length === 0, { what: "its silence in the other to end" });
});
