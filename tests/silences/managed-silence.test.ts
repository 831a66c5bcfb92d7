import { describe, expect, it } from "vitest";
import { Acknowledgement, neverEnded } from "../../server/silences/acknowledgements/acknowledgement.js";
import {
  acknowledgementIn,
  checkSilenceable,
  isFor,
  labelsBeyond,
  managedSilence,
} from "../../server/silences/acknowledgements/managed-silence.js";
import { Steadily } from "../../server/silences/acknowledgements/steadily.js";

const id = "ack_01h455vb4pex5vsknk084sn02q";
const labels = { alertname: "Disk", device: "sda", project: "alpha" };
const acknowledgement = Object.assign(new Acknowledgement(), {
  ...{ id, labels, owner: "alice", handedOverBy: null, note: "look]\n[here", untilAt: neverEnded },
});
const equal = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });
const own = managedSilence(acknowledgement, { startsAtMs: 1, endsAtMs: 2 }, ["region"]);

describe("the silence of an acknowledgement", () => {
  it("is for exactly its alert, and says whose it is", () => {
    expect(own).toEqual({
      matchers: [equal("project", "alpha"), equal("alertname", "Disk"), equal("device", "sda"), equal("region", "")],
      ...{ startsAtMs: 1, endsAtMs: 2, createdBy: "alice" },
      comment: `Acknowledged by alice: look]\n[here [${id}]`,
    });
    expect([acknowledgementIn(own), isFor(acknowledgement, own)]).toEqual([id, true]);
  });

  it("is for no project's alerts when its own is of none, and still its own", () => {
    const platform = Object.assign(new Acknowledgement(), { ...acknowledgement, labels: { alertname: "Disk" } });
    const silence = managedSilence(platform, { startsAtMs: 1, endsAtMs: 2 }, ["device"]);
    expect(silence.matchers).toEqual([equal("alertname", "Disk"), equal("device", ""), equal("project", "")]);
    expect(isFor(platform, silence)).toBe(true);
  });

  it("is written by who handed it over, for whom that was", () => {
    const handed = Object.assign(new Acknowledgement(), { ...acknowledgement, owner: "bob", handedOverBy: "alice" });
    const { createdBy, comment } = managedSilence(handed, { startsAtMs: 1, endsAtMs: 2 }, []);
    expect([createdBy, comment]).toEqual(["alice", `Acknowledged by alice for bob: look]\n[here [${id}]`]);
  });

  it.each([
    ["less", own.matchers.slice(1)],
    ["another value", [...own.matchers.slice(1), equal("project", "beta")]],
    ["a value of a label that it does not have", [...own.matchers, equal("rack", "b1")]],
    ["a label twice", [...own.matchers, equal("device", "sda")]],
    ["a pattern", own.matchers.map((matcher) => ({ ...matcher, isRegex: true }))],
    ["the opposite", own.matchers.map((matcher) => ({ ...matcher, isEqual: false }))],
    ["nothing", []],
  ])("is none that matches %s", (_title, matchers) => {
    expect(isFor(acknowledgement, { matchers })).toBe(false);
  });

  it.each([
    ["", null],
    [id, null],
    [`[${id}] seen`, null],
    [`[${id.toUpperCase()}]`, null],
    ["[sil_01h455vb4pex5vsknk084sn02q]", null],
    [`x [${id}]`, id],
  ])("is known by the end of its comment: %j", (comment, expected) => {
    expect(acknowledgementIn({ comment })).toBe(expected);
  });

  it("says which labels its alert does not have, where others have all of its own and those", () => {
    const others = [
      { labels },
      { labels: { ...labels, region: "north" } },
      { labels: { ...labels, rack: "b1", region: "south" } },
      { labels: { ...labels, device: "sdb", zone: "z" } },
    ];
    expect(labelsBeyond(labels, others)).toEqual(["region", "rack"]);
  });

  it.each([
    [50, 10, true],
    [51, 10, false],
    [4, 2_050, false],
  ])("can be made for %d labels of %d bytes: %s", (count, bytes, expected) => {
    const many = Array.from({ length: count }, (_, index) => [`${index}`.padStart(4, "l"), "x".repeat(bytes - 4)]);
    expect(checkSilenceable(Object.fromEntries(many)) === null).toBe(expected);
  });
});

it("what is so for a while is told from what was seen once, or with a break", () => {
  const steadily = new Steadily(10);
  const seen = [
    [["a", "b"], 100],
    [["a"], 105],
    [["a", "b"], 110],
    [["a", "b"], 119],
    [["a", "b"], 121],
  ] as const;
  const believed = seen.map(([names, atMs]) => {
    const holding = names.filter((name) => steadily.holds(name, atMs));
    steadily.next();
    return holding;
  });
  expect(believed).toEqual([[], [], ["a"], ["a"], ["a", "b"]]);
});
