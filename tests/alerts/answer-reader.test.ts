import { describe, expect, test } from "vitest";
import { AnswerReader, noDiff } from "../../server/alerts/reading/answer-reader.js";
import { alertsIn, silencesIn } from "../../server/clients/alertmanager-client.js";
import { UnexpectedShape } from "../../server/clients/answer-shape.js";

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

const reader = new AnswerReader();
const read = (source: string, answer: unknown) => reader.read(source, "alerts", bytesOf(answer));

describe("an answer", () => {
  test("tells what is new, what changed, what is gone and what was only heard of again", () => {
    const first = [alert("a1"), alert("a2"), alert("a3"), alert("a4")];
    expect(read("1", first)).toEqual({
      isWhole: true,
      changed: alertsIn(first),
      removed: [],
      touched: [],
    });
    const heard = { updatedAt: "2026-01-01T00:01:00Z", endsAt: "2026-01-01T00:06:00Z" };
    const silenced = alert("a3", { ...heard, status: { state: "suppressed", silencedBy: ["s"], inhibitedBy: [] } });
    expect(read("1", [alert("a1"), alert("a2", heard), silenced, alert("a5")])).toEqual({
      isWhole: false,
      changed: alertsIn([silenced, alert("a5")]),
      removed: ["a4"],
      touched: [["a2", Date.parse(heard.updatedAt), Date.parse(heard.endsAt)]],
    });
  });

  test("tells nothing when it is as before, and each source's is compared with its own", () => {
    const answer = [alert("a1")];
    expect(read("2", answer)).toMatchObject({ isWhole: true, changed: [{ fingerprint: "a1" }] });
    expect(read("2", answer)).toEqual(noDiff);
    expect(read("3", answer)).toMatchObject({ isWhole: true, changed: [{ fingerprint: "a1" }] });
  });

  test("that cannot be read is told of, and the next one is compared with the one before it", () => {
    read("4", [alert("a1"), alert("a2")]);
    expect(() => read("4", [{ fingerprint: 1 }])).toThrow(new UnexpectedShape("status", "an object"));
    expect(() => reader.read("4", "alerts", Buffer.from("[{"))).toThrow(SyntaxError);
    expect(read("4", [alert("a1")])).toEqual({ ...noDiff, removed: ["a2"] });
  });

  test("may be of silences, which change by any field", () => {
    const first = [silence("s1"), silence("s2")];
    expect(reader.read("5", "silences", bytesOf(first))).toMatchObject({ changed: silencesIn(first) });
    const changed = silence("s2", { updatedAt: "2026-01-01T01:00:00Z" });
    expect(reader.read("5", "silences", bytesOf([changed]))).toEqual({
      isWhole: false,
      changed: silencesIn([changed]),
      removed: ["s1"],
      touched: [],
    });
  });
});
