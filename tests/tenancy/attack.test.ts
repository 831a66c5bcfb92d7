import { beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../support/wait-for.js";
import { forged, leakedNotifications, looseRules, settled, strayMarkers } from "./attack/aftermath.js";
import { type Arena, startArena } from "./attack/arena.js";
import { contacts } from "./attack/contacts.js";
import { credentials } from "./attack/credentials.js";
import { cursors } from "./attack/cursors.js";
import { documents } from "./attack/documents.js";
import { expressions } from "./attack/expressions.js";
import { history } from "./attack/history.js";
import { crawl, ids } from "./attack/ids.js";
import { names } from "./attack/names.js";
import { platform } from "./attack/platform.js";
import { probes } from "./attack/probes.js";
import { Recorder } from "./attack/recorder.js";
import { rules } from "./attack/rules.js";
import { silences } from "./attack/silences.js";
import { stateOf } from "./attack/state.js";
import { targets } from "./attack/targets.js";
import { templates } from "./attack/templates.js";
import { tokens } from "./attack/tokens.js";

/** First what is only read: later the attacker has said much of what it must not be told. */
const all = [
  ...crawl,
  ...ids,
  ...cursors,
  ...names,
  ...history,
  ...documents,
  ...credentials,
  ...platform,
  ...tokens,
  ...silences,
  ...contacts,
  ...expressions,
  ...templates,
  ...rules,
  ...targets,
  ...probes,
];

let arena: Arena;
let before: object;
let recorder: Recorder;

describe("whoever administers one project, and wants to reach another", () => {
  beforeAll(async () => {
    arena = await startArena();
    before = await stateOf(arena);
    recorder = new Recorder(arena);
  }, 120_000);

  it("tries in many ways, and is refused or does no harm, as stated", { timeout: 300_000 }, async () => {
    for (const attempt of all) await recorder.run(attempt);
    process.stdout.write(`\n${recorder.table()}`);
    const named = (verdict: string, { kind, what }: (typeof all)[number]) => `${verdict}: ${kind}, ${what}`;
    expect(recorder.outcomes.flatMap(({ trouble, attempt }) => (trouble ? [named(trouble, attempt)] : []))).toEqual([]);
    const otherwise = recorder.outcomes.filter(({ verdict, attempt }) => verdict !== attempt.expected);
    expect(otherwise.map(({ verdict, attempt }) => named(verdict, attempt))).toEqual([]);
    expect(recorder.outcomes.length).toBe(all.length);
    const whats = all.map((attempt) => named("", attempt));
    expect(whats.filter((what, index) => whats.indexOf(what) !== index)).toEqual([]);
    expect(all.length).toBeGreaterThanOrEqual(200);
  });

  it("gets all that it may have", { timeout: 120_000 }, async () => {
    await settled(arena);
  });

  it("has changed nothing of the other's: not in the graph, not in Alertmanager, not in its files", async () => {
    const alerts = async () => (await arena.victim.client.alerts.list().toArray({ limit: 2 })).length > 0;
    await waitFor(alerts, { what: "the victim's alert to be sent again", deadlineMs: 30_000 });
    expect(await stateOf(arena)).toEqual(before);
  });

  it("has left nothing where others' configuration is, and of what was refused nothing anywhere", async () => {
    expect(await strayMarkers(arena, recorder.outcomes)).toEqual([]);
  });

  it("has rules that read its own series, and give them as its own", async () => {
    expect(await looseRules(arena)).toEqual([]);
  });

  it("has made no series, alert or notification of the other's", async () => {
    expect(await forged(arena)).toEqual([]);
    expect(leakedNotifications(arena)).toEqual([]);
  });

  it("reads nothing of the other's afterwards either", async () => {
    const again = new Recorder(arena, `${arena.victim.name} ${arena.victim.alertname}`);
    for (const attempt of crawl) await again.run(attempt);
    expect(again.outcomes.flatMap(({ trouble, attempt }) => (trouble ? [`${attempt.what}: ${trouble}`] : []))).toEqual(
      [],
    );
  });
});
