import { beforeAll, expect, it } from "vitest";
import { newId } from "../../server/core/ids.js";
import { createSqliteDatabase, describeOnEachDatabase } from "../support/databases.js";
import { insertCopies } from "../support/sql.js";
import { mutations, type OnCall, startOnCall } from "./on-call.js";

const { acknowledge, unacknowledge, update } = mutations;
const createSilence = `mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { silence { id } userErrors { code message } } }`;
const usage = `{ project(name: "alpha") { usage { acknowledgements silences } limits { acknowledgements silences } } }`;

describeOnEachDatabase((database) => {
  let onCall: OnCall;
  beforeAll(async () => {
    onCall = await startOnCall(database.settings, {
      limits: { tiers: { default: { acknowledgements: 2, silences: 1 } } },
    });
  });
  const outcomes = async (mutation: string, input: object) =>
    (await onCall.app.data(onCall.tokens.alice, mutation, { input })).done.results.map(
      ({ userErrors: [mistake] }: { userErrors: { code: string; message: string; path: string[] }[] }) =>
        mistake ? `${mistake.code} ${mistake.path.join(".")}: ${mistake.message}` : "done",
    );

  it("a project has so many acknowledgements in force, and hears of each that is too much", async () => {
    const alerts = await onCall.fire(["A", "B", "C"].map((alertname) => ({ alertname })));
    const full =
      "LIMIT input.alerts.2: The project may have 2 acknowledgements in force, and has as many. Silence what belongs together, or ask an operator for a larger tier.";
    expect(await outcomes(acknowledge, { alerts })).toEqual(["done", "done", full]);
    const { project } = await onCall.app.data(onCall.tokens.alice, usage);
    expect(project).toEqual({
      usage: { acknowledgements: 2, silences: 0 },
      limits: { acknowledgements: 2, silences: 1 },
    });
    expect(await outcomes(unacknowledge, { alerts: alerts.slice(0, 1) })).toEqual(["done"]);
    expect(await outcomes(acknowledge, { alerts: alerts.slice(2) })).toEqual(["done"]);
    const nobodys = await onCall.fire([{ alertname: "Platform", project: "" }]);
    const { done } = await onCall.app.data(onCall.app.operator, acknowledge, { input: { alerts: nobodys } });
    expect(done.results[0].userErrors).toEqual([]);
  });

  it("its silences take no room of those that people write, and these none of theirs", async () => {
    const { app, tokens, projects, fire } = onCall;
    const write = async (name: string) => {
      const matchers = [{ name: "alertname", value: name }];
      const input = { project: projects.alpha, matchers, duration: "1h", comment: "x" };
      return (await app.data(tokens.alice, createSilence, { input })).silenceCreate.userErrors;
    };
    expect(await write("Own")).toEqual([]);
    expect(await write("Another")).toEqual([expect.objectContaining({ code: "LIMIT" })]);
    expect((await app.data(tokens.alice, usage)).project.usage).toEqual({ acknowledgements: 2, silences: 1 });
    const alerts = await fire([{ alertname: "B" }, { alertname: "C" }]);
    expect(await outcomes(unacknowledge, { alerts })).toEqual(["done", "done"]);
    expect(await outcomes(acknowledge, { alerts })).toEqual(["done", "done"]);
  });

  it("it may make ten times as many within the days in which Alertmanager keeps what has ended", async () => {
    const { sql, fire } = onCall;
    const alerts = await fire([{ alertname: "B" }]);
    await outcomes(unacknowledge, { alerts });
    const [row] = await sql("SELECT id FROM acknowledgement WHERE end_reason IS NOT NULL AND project_id IS NOT NULL");
    await insertCopies(sql, "acknowledgement", String(row?.id), 20, (index) => ({
      id: newId("ack"),
      fingerprint: index.toString(16).padStart(16, "0"),
    }));
    expect(await outcomes(acknowledge, { alerts })).toEqual([
      expect.stringMatching(
        /^LIMIT input\.alerts\.0: The project has made \d+ acknowledgements within five days, of 20 that it may\. /,
      ),
    ]);
  });
});

it("lasts as long as the operators say who gives no end, and no longer than they say", async () => {
  const { app, tokens, fire } = await startOnCall(await createSqliteDatabase(), {
    acknowledgements: { defaultDuration: "8h", longestDuration: "1d" },
  });
  const alerts = await fire([{ alertname: "Term" }]);
  const { done } = await app.data(tokens.alice, acknowledge, { input: { alerts } });
  const { id, expiresAt } = done.results[0].acknowledgement;
  const hours = (time: string) => Math.round((Date.parse(time) - Date.now()) / 3_600_000);
  expect(hours(expiresAt)).toBe(8);
  const change = async (input: object) => (await app.data(tokens.alice, update, { id, input })).done;
  expect(hours((await change({ duration: "1d" })).acknowledgement.expiresAt)).toBe(24);
  expect(await change({ duration: "25h" })).toEqual({
    acknowledgement: null,
    userErrors: [{ code: "LIMIT", message: "An acknowledgement lasts at most 1d.", path: ["input", "duration"] }],
  });
  expect(hours((await change({ note: "x" })).acknowledgement.expiresAt)).toBe(24);
  expect(hours((await change({ expiresAt: null })).acknowledgement.expiresAt)).toBe(8);
});
