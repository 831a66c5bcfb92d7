import { afterAll, describe, expect, test } from "vitest";
import { AnswerReader, noDiff } from "../../server/alerts/reading/answer-reader.js";
import { AnswerReading } from "../../server/alerts/reading/answer-reading.js";
import { ReadingThread } from "../../server/alerts/reading/reading-thread.js";
import { alertsIn, silencesIn } from "../../server/clients/alertmanager-client.js";
import { UnexpectedShape } from "../../server/clients/answer-shape.js";
import { readingWorker } from "../support/reading-worker.js";

const alert = (fingerprint: string, change: object = {}) => ({
  fingerprint,
  labels: { alertname: "Down", instance: fingerprint, __proto__x: "y" },
  annotations: { summary: "it is down" },
  status: { state: "active", silencedBy: [], inhibitedBy: [] },
  startsAt: "2026-01-01T00:00:00Z",
  endsAt: "2026-01-01T00:05:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
  generatorURL: "",
  receivers: [{ name: "nobody" }],
  ...change,
});
const silence = (id: string, change: object = {}) => ({
  id,
  matchers: [{ name: "a", value: "b", isRegex: false, isEqual: true }],
  status: { state: "active" },
  startsAt: "2026-01-01T00:00:00Z",
  endsAt: "2026-01-02T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
  createdBy: "ann",
  comment: "x",
  ...change,
});
const bytesOf = (answer: unknown) => Buffer.from(JSON.stringify(answer));

const reading = new AnswerReading(readingWorker);
const thread = new ReadingThread(readingWorker);
afterAll(() => Promise.all([reading.stop(), thread.stop()]));

describe.each([
  ["here", () => new AnswerReader()],
  ["in a thread", () => thread],
])("an answer that is read %s", (where, makeReader) => {
  const reader = makeReader();
  const read = async (source: string, answer: unknown) => reader.read(source, "alerts", bytesOf(answer));

  test("tells what is new, what changed, what is gone and what was only heard of again", async () => {
    const first = [alert("a1"), alert("a2"), alert("a3"), alert("a4")];
    expect(await read(`${where} 1`, first)).toEqual({
      isWhole: true,
      changed: alertsIn(first),
      removed: [],
      touched: [],
    });
    const heard = { updatedAt: "2026-01-01T00:01:00Z", endsAt: "2026-01-01T00:06:00Z" };
    const silenced = alert("a3", { ...heard, status: { state: "suppressed", silencedBy: ["s"], inhibitedBy: [] } });
    expect(await read(`${where} 1`, [alert("a1"), alert("a2", heard), silenced, alert("a5")])).toEqual({
      isWhole: false,
      changed: alertsIn([silenced, alert("a5")]),
      removed: ["a4"],
      touched: [["a2", Date.parse(heard.updatedAt), Date.parse(heard.endsAt)]],
    });
  });

  test("tells nothing when it is as before, and each source's is compared with its own", async () => {
    const answer = [alert("a1")];
    expect(await read(`${where} 2`, answer)).toMatchObject({ isWhole: true, changed: [{ fingerprint: "a1" }] });
    expect(await read(`${where} 2`, answer)).toEqual(noDiff);
    expect(await read(`${where} 3`, answer)).toMatchObject({ isWhole: true, changed: [{ fingerprint: "a1" }] });
  });

  test("that cannot be read is told of, and the next one is compared with the one before it", async () => {
    await read(`${where} 4`, [alert("a1"), alert("a2")]);
    await expect(read(`${where} 4`, [{ fingerprint: 1 }])).rejects.toEqual(new UnexpectedShape("status", "an object"));
    await expect((async () => reader.read(`${where} 4`, "alerts", Buffer.from("[{")))()).rejects.toThrow(SyntaxError);
    expect(await read(`${where} 4`, [alert("a1")])).toEqual({ ...noDiff, removed: ["a2"] });
  });

  test("may be of silences, which change by any field", async () => {
    const first = [silence("s1"), silence("s2")];
    expect(await reader.read(where, "silences", bytesOf(first))).toMatchObject({ changed: silencesIn(first) });
    const changed = silence("s2", { updatedAt: "2026-01-01T01:00:00Z" });
    expect(await reader.read(where, "silences", bytesOf([changed]))).toEqual({
      isWhole: false,
      changed: silencesIn([changed]),
      removed: ["s1"],
      touched: [],
    });
  });
});

test("a large answer is read in the thread, whole at first, and small ones after it too", async () => {
  const many = Array.from({ length: 2_500 }, (_, index) => alert(`b${index}`));
  expect(await reading.read("am", "alerts", bytesOf([alert("b0")]))).toMatchObject({ isWhole: true });
  const large = await reading.read("am", "alerts", bytesOf(many));
  expect(large).toEqual({ isWhole: true, changed: alertsIn(many), removed: [], touched: [] });
  const bytes = bytesOf([alert("b0")]);
  const small = await reading.read("am", "alerts", bytes);
  expect([small.isWhole, small.changed, small.removed.length]).toEqual([false, [], 2_499]);
});

test("a thread that ended is followed by one that begins anew, and who waits is told", async () => {
  const mortal = new ReadingThread(readingWorker);
  const answer = bytesOf([alert("c1")]);
  expect(await mortal.read("am", "alerts", Buffer.from(answer))).toMatchObject({ isWhole: true });
  // Enough that it is not read yet when the thread ends.
  const large = bytesOf(Array.from({ length: 50_000 }, (_, index) => alert(`c${index}`)));
  const waiting = mortal.read("am", "alerts", large);
  const told = expect(waiting).rejects.toThrow("The thread that reads answers has ended.");
  await mortal.stop();
  await told;
  expect(await mortal.read("am", "alerts", Buffer.from(answer))).toMatchObject({ isWhole: true });
  await mortal.stop();
});
