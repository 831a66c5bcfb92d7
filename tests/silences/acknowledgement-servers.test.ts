import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { forward, hang } from "../clients/stand-in.js";
import { createSqliteDatabase } from "../support/databases.js";
import { createMariadbDatabase } from "../support/mariadb.js";
import { freePort } from "../support/ports.js";
import { postGraphql } from "../support/post-graphql.js";
import { startProcess } from "../support/process.js";
import { tempFolder } from "../support/temp-folder.js";
import { waitFor } from "../support/wait-for.js";
import { mutations, type OnCall, startOnCall } from "./on-call.js";
import { isWrite } from "./watched-silences.js";

const { acknowledge, unacknowledge } = mutations;
const main = fileURLToPath(new URL("../../dist/server/main.js", import.meta.url));
const state = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Alert { state acknowledgement { owner } } } }`;

describe("of two servers on one database", { timeout: 90_000 }, () => {
  it("each shows what was acknowledged by the other, and taken back", async () => {
    const { app, tokens, fire, another } = await startOnCall(await createMariadbDatabase());
    const other = await another();
    const ids = await fire([{ alertname: "Shared" }]);
    const ownerIn = async (asked: typeof app) =>
      (await asked.data(tokens.bob, state, { ids })).nodes[0]?.acknowledgement?.owner ?? null;
    await app.data(tokens.alice, acknowledge, { input: { alerts: ids } });
    expect(await ownerIn(app)).toBe("alice");
    await waitFor(async () => (await ownerIn(other)) === "alice", { what: "the other to show it" });
    await other.data(tokens.bob, unacknowledge, { input: { alerts: ids } });
    expect(await ownerIn(other)).toBeNull();
    await waitFor(async () => (await ownerIn(app)) === null, { what: "the first to show that it was taken back" });
    expect((await app.data(tokens.bob, acknowledge, { input: { alerts: ids } })).done.results[0].userErrors).toEqual(
      [],
    );
  });

  it("one alone writes the silences that are missing, and one alone ends what has resolved", async () => {
    const onCall = await startOnCall(await createMariadbDatabase());
    const { app, tokens, fire, resolve, another, gateway, alertmanager, inForce, told } = onCall;
    await another();
    const firing = Array.from({ length: 20 }, (_, index) => ({ alertname: `Many${index}` }));
    const alerts = await fire(firing);
    const onward = forward(alertmanager.url);
    gateway.answerWith((request, response) => (isWrite(request) ? hang(request, response) : onward(request, response)));
    const { done } = await app.data(tokens.alice, acknowledge, { input: { alerts } });
    expect(done.results.filter((one: { acknowledgement: object | null }) => one.acknowledgement === null)).toEqual([]);
    const before = gateway.requests.length;
    // So slow that each server looks several times while they are written.
    gateway.answerWith((request, response) => {
      setTimeout(() => onward(request, response), isWrite(request) ? 100 : 0);
    });
    await waitFor(async () => (await inForce()).length >= 20, { what: "the silences", deadlineMs: 40_000 });
    // Both look again and again.
    await waitFor(() => gateway.requests.length > before + 100, { what: "more readings", deadlineMs: 20_000 });
    expect(gateway.requests.slice(before).filter((line) => line === "POST /api/v2/silences")).toHaveLength(20);
    expect((await inForce()).length).toBe(20);
    await resolve(firing);
    await waitFor(async () => (await inForce()).length === 0, { what: "them to end", deadlineMs: 20_000 });
    const counts = async () => {
      const found: Record<string, number> = {};
      for (const { action, type, actor } of await told()) {
        const what = `${actor} ${action} ${type}`;
        found[what] = (found[what] ?? 0) + 1;
      }
      return found;
    };
    await waitFor(async () => (await counts())["server UPDATE Silence"], { what: "their ends to be told" });
    expect(await counts()).toEqual({
      "alice CREATE Acknowledgement": 20,
      "server CREATE Silence": 20,
      "server UPDATE Acknowledgement": 20,
      "server UPDATE Silence": 20,
    });
  });

  /** A server as a process of its own, which has just kept a silence up. */
  async function startProcessWithSilence(onCall: OnCall, database: object, silenceSeconds: number) {
    const { gateway, tokens, fire, inForce, sql } = onCall;
    const [folder, port] = [await tempFolder("server"), await freePort()];
    const settings = join(folder, "server.yml");
    const given = {
      listen: { port },
      database,
      alertmanagers: [{ name: "main", members: [{ name: "am", url: gateway.url }] }],
      upstreams: { pollIntervalSeconds: 0.2, timeoutSeconds: 1 },
      acknowledgements: { silenceSeconds },
    };
    await writeFile(settings, stringify(given));
    const ids = await fire([{ alertname: "Kept" }]);
    await onCall.app.close();
    const server = await startProcess({
      name: "server",
      command: process.execPath,
      args: [main, "serve", "--settings", settings],
      ready: { url: `http://127.0.0.1:${port}/readyz` },
    });
    const url = `http://127.0.0.1:${port}/graphql`;
    await waitFor(
      async () => {
        const { data } = await postGraphql(url, tokens.alice, acknowledge, { input: { alerts: ids } });
        return data?.done.results[0].acknowledgement !== null;
      },
      { what: "it to take the acknowledgement" },
    );
    const endMs = async () => Date.parse((await inForce())[0]?.endsAt ?? "");
    const extended = (sinceMs: number) =>
      waitFor(async () => (await endMs()) > sinceMs && endMs(), { what: "an extension", deadlineMs: 40_000 });
    const holder = async () => (await sql("SELECT holder, term FROM lease"))[0];
    const endedMs = await extended(await endMs());
    return { server, extended, endedMs, holder };
  }

  it("the other goes on when the first is killed, before the silences end", async () => {
    const database = await createMariadbDatabase();
    const onCall = await startOnCall(database);
    const { server, extended, endedMs, holder } = await startProcessWithSilence(onCall, database, 18);
    const first = await holder();
    const other = await onCall.another({ acknowledgements: { silenceSeconds: 18 } });
    server.signal("SIGKILL");
    await server.exited;
    expect(await extended(endedMs)).toBeLessThanOrEqual(Date.now() + 18_000);
    expect(await onCall.inForce()).toHaveLength(1);
    expect(await holder()).toEqual({
      holder: expect.not.stringMatching(String(first?.holder)),
      term: Number(first?.term) + 1,
    });
    await other.close();
  });

  it("the first, stopped for a while and woken when the other has gone on, is one of two again", async () => {
    const database = await createMariadbDatabase();
    const onCall = await startOnCall(database);
    const { server, extended, endedMs, holder } = await startProcessWithSilence(onCall, database, 18);
    const first = await holder();
    const other = await onCall.another({ acknowledgements: { silenceSeconds: 18 } });
    server.signal("SIGSTOP");
    const nextMs = await extended(endedMs);
    const second = await holder();
    server.signal("SIGCONT");
    await extended(nextMs);
    expect(await onCall.inForce()).toHaveLength(1);
    expect([second?.holder === first?.holder, Number(second?.term) > Number(first?.term)]).toEqual([false, true]);
    expect((await onCall.told()).filter(({ type }) => type === "Silence")).toHaveLength(1);
    await other.close();
  });
});

describe("a server that is asked nothing", { timeout: 90_000 }, () => {
  /** The statements of a server with an acknowledgement in force, of which nothing has to be done, in each second. */
  async function idleStatements(database: Parameters<typeof startOnCall>[0]) {
    const { app, tokens, fire, gateway } = await startOnCall(database);
    const ids = await fire([{ alertname: "Idle" }]);
    await app.data(tokens.alice, acknowledge, { input: { alerts: ids } });
    const [beganMs, asked] = [performance.now(), gateway.requests.length];
    const isLater = () => gateway.requests.length > asked + 40;
    const all = await app.statementsOf(() => waitFor(isLater, { what: "some readings", deadlineMs: 20_000 }), "all");
    // Others may look after other things meanwhile.
    const statements = all.filter((sql) => sql.includes("acknowledgement"));
    return { statements, mostSeconds: Math.ceil((performance.now() - beganMs) / 1_000) };
  }

  it("sends one cheap statement a second where others may write", async () => {
    const { statements, mostSeconds } = await idleStatements(await createMariadbDatabase());
    expect(new Set(statements)).toEqual(new Set(["SELECT value AS newest FROM acknowledgement_revision WHERE id = 1"]));
    expect(statements.length).toBeLessThanOrEqual(mostSeconds);
  });

  it("sends none where it is alone", async () => {
    expect((await idleStatements(await createSqliteDatabase())).statements).toEqual([]);
  });
});
