import { afterEach, describe, expect, test } from "vitest";
import type { Change } from "../../server/alerts/events/change.js";
import { Channel } from "../../server/alerts/events/channel.js";
import { EventFeed } from "../../server/alerts/events/event-feed.js";
import { Journal } from "../../server/alerts/events/journal.js";
import { readChannel } from "../../server/alerts/events/read-channel.js";
import type { Dependence, Told, Watched } from "../../server/alerts/events/watched.js";
import { CostLimitError } from "../../server/core/errors.js";
import { Matching, stepsPerPoint } from "../../server/core/matching.js";
import { waitFor } from "../support/wait-for.js";

/** A thing that is watched: only those pass that are lit. */
interface Lamp {
  readonly name: string;
  readonly isLit: boolean;
  readonly color: string;
}

type Event = Told<Lamp>;

/** Lamps that are switched by a test, and told of to readers. */
class House {
  readonly lamps = new Map<string, Lamp>();
  readonly hangUp = new AbortController();
  isKnown = true;
  resyncs = 0;
  looks = 0;
  stepsOfOne = 0;
  readonly feed = new EventFeed<Lamp, Event>({
    makeEvent: (told) => told,
    mostMatching: 10,
    onResync: () => {
      this.resyncs++;
    },
  });

  watched(dependence: Dependence = "itself"): Watched<Lamp> {
    return {
      isKnown: () => this.isKnown,
      revision: () => `r${this.lamps.size}`,
      dependence,
      look: (matching) => {
        this.looks++;
        return {
          find: (name) => this.lamps.get(name),
          candidates: () => [...this.lamps.values()],
          passes: ({ isLit }) => {
            matching.spend(this.stepsOfOne);
            return isLit;
          },
        };
      },
      keyOf: ({ name }) => name,
      isLike: (a, b) => a.color === b.color,
      compare: (a, b) => (a.name < b.name ? -1 : 1),
    };
  }

  set(name: string, isLit: boolean, color = "white"): void {
    this.lamps.set(name, { name, isLit, color });
  }

  /** Sets lamps and says so. */
  switch(...lamps: readonly (readonly [name: string, isLit: boolean, color?: string])[]): void {
    for (const lamp of lamps) this.set(...lamp);
    this.feed.note(lamps.map(([name]) => name));
  }

  remove(name: string): void {
    this.lamps.delete(name);
    this.feed.note([name]);
  }

  read(wantsSnapshot = true, matching = new Matching(), key = "lit", dependence: Dependence = "itself") {
    return this.feed.read(key, this.watched(dependence), { wantsSnapshot, matching, signal: this.hangUp.signal });
  }
}

const houses: House[] = [];
const house = (...lit: string[]) => {
  const made = new House();
  for (const name of lit) made.set(name, true);
  houses.push(made);
  return made;
};
afterEach(() => {
  for (const made of houses.splice(0)) made.hangUp.abort();
});

const next = async (reader: AsyncGenerator<Event, void>): Promise<Event> => {
  const { value } = await reader.next();
  if (value === undefined) throw new Error("There are no more events.");
  return value;
};
/** An event in short. */
const short = ({ kind, changes, isFirst, isLast, items }: Event) => ({
  kind,
  is: `${isFirst ? "first" : ""}${isLast ? "last" : ""}`,
  changes: changes.map((change: Change<Lamp>) => `${change.kind} ${change.item.name} ${change.item.color}`),
  count: items?.length ?? null,
});
const names = (count: number) => Array.from({ length: count }, (_, index) => `n${1_000 + index}`);
const alone = { is: "firstlast" };

describe("a reader", () => {
  test("gets what there is, and what becomes of it", async () => {
    const lamps = house("a");
    lamps.set("b", false);
    const reader = lamps.read();
    expect(short(await next(reader))).toEqual({ kind: "SNAPSHOT", ...alone, changes: ["ADDED a white"], count: 1 });
    const second = next(reader);
    lamps.switch(["b", true], ["c", false]);
    expect(short(await second)).toEqual({ kind: "CHANGES", ...alone, changes: ["ADDED b white"], count: 2 });
    const third = next(reader);
    lamps.switch(["a", true, "red"], ["b", false]);
    const changes = ["CHANGED a red", "LEFT b white"];
    expect(short(await third)).toEqual({ kind: "CHANGES", ...alone, changes, count: 1 });
    const fourth = next(reader);
    lamps.remove("b");
    lamps.remove("a");
    expect(short(await fourth)).toEqual({ kind: "CHANGES", ...alone, changes: ["REMOVED a red"], count: 0 });
  });

  test("who was busy gets what changes come to, and nothing of what went back to what it was", async () => {
    const lamps = house("back", "gone", "red");
    const reader = lamps.read();
    await next(reader);
    for (const color of ["green", "blue", "red"]) lamps.switch(["red", true, color], ["new", true, color]);
    lamps.switch(["back", false], ["brief", true]);
    lamps.switch(["back", true]);
    lamps.remove("gone");
    lamps.remove("brief");
    expect(short(await next(reader))).toEqual({
      kind: "CHANGES",
      ...alone,
      changes: ["CHANGED red red", "ADDED new red", "REMOVED gone white"],
      count: 3,
    });
  });

  test("gets changes that it took one by one as one by one, and together what it did not take", async () => {
    const lamps = house("a");
    const [quick, slow] = [lamps.read(), lamps.read()];
    await Promise.all([next(quick), next(slow)]);
    for (const color of ["green", "blue"]) {
      lamps.switch(["a", true, color]);
      expect(short(await next(quick)).changes).toEqual([`CHANGED a ${color}`]);
    }
    lamps.switch(["a", false]);
    expect(short(await next(quick)).changes).toEqual(["LEFT a white"]);
    lamps.switch(["a", true]);
    expect(short(await next(quick)).changes).toEqual(["ADDED a white"]);
    const after = next(slow);
    lamps.switch(["b", true]);
    expect(short(await after).changes).toEqual(["ADDED b white"]);
  });

  test("gets very much in pieces, one after the other", async () => {
    const lamps = house(...names(401));
    const reader = lamps.read();
    const pieces = [await next(reader), await next(reader), await next(reader)];
    expect(pieces.map(({ kind, changes, isFirst, isLast }) => [kind, changes.length, isFirst, isLast])).toEqual([
      ["SNAPSHOT", 200, true, false],
      ["SNAPSHOT", 200, false, false],
      ["SNAPSHOT", 1, false, true],
    ]);
    expect(pieces.flatMap(({ changes }) => changes.map(({ item }) => item.name))).toEqual(names(401));
    lamps.switch(...names(300).map((name) => [name, true, "red"] as const));
    const changed = [await next(reader), await next(reader)];
    expect(changed.map(({ kind, changes, isFirst, isLast }) => [kind, changes.length, isFirst, isLast])).toEqual([
      ["CHANGES", 200, true, false],
      ["CHANGES", 100, false, true],
    ]);
  });

  test("who was too slow is told to begin anew, gets all that there is, and holds nothing of what is past", async () => {
    const lamps = house("a");
    const [slow, hints, quick] = [lamps.read(), lamps.read(false), lamps.read()];
    await Promise.all([next(slow), next(hints), next(quick)]);
    for (let turn = 0; turn < 1_001; turn++) {
      lamps.switch(["a", true, `color ${turn}`]);
      await next(quick);
    }
    const last = { changes: ["ADDED a color 1000"], count: 1 };
    expect([short(await next(slow)), short(await next(slow))]).toEqual([
      { kind: "RESYNC", ...alone, changes: [], count: 1 },
      { kind: "SNAPSHOT", ...alone, ...last },
    ]);
    expect([short(await next(hints)), lamps.resyncs]).toEqual([{ kind: "RESYNC", ...alone, changes: [], count: 1 }, 2]);
    const after = [next(slow), next(hints)];
    lamps.switch(["a", true, "red"]);
    const red = { kind: "CHANGES", ...alone, changes: ["CHANGED a red"], count: 1 };
    expect((await Promise.all(after)).map(short)).toEqual([red, red]);
  });

  test("who is too slow for a snapshot gets another instead of what is left of it", async () => {
    const lamps = house(...names(201));
    const [slow, quick] = [lamps.read(), lamps.read()];
    await next(slow);
    await next(quick);
    await next(quick);
    for (let turn = 0; turn < 1_002; turn++) {
      lamps.switch(["n1000", true, `color ${turn}`]);
      await next(quick);
    }
    const kinds = [await next(slow), await next(slow), await next(slow)].map(({ kind, changes }) => [
      kind,
      changes.length,
    ]);
    expect(kinds).toEqual([
      ["RESYNC", 0],
      ["SNAPSHOT", 200],
      ["SNAPSHOT", 1],
    ]);
    expect(lamps.resyncs).toBe(1);
  });

  test("wants no snapshot: begins with a resync, and is told what changes from then on", async () => {
    const lamps = house("a");
    const reader = lamps.read(false);
    expect(short(await next(reader))).toEqual({ kind: "RESYNC", ...alone, changes: [], count: 1 });
    const change = next(reader);
    lamps.switch(["b", true]);
    expect(short(await change)).toEqual({ kind: "CHANGES", ...alone, changes: ["ADDED b white"], count: 2 });
    expect(lamps.resyncs).toBe(0);
  });

  test("hears that the server lives while nothing is known, and all there is once it is", async () => {
    const lamps = house("a");
    lamps.isKnown = false;
    const reader = lamps.read();
    expect(short(await next(reader))).toEqual({ kind: "HEARTBEAT", ...alone, changes: [], count: null });
    const snapshot = next(reader);
    lamps.isKnown = true;
    lamps.feed.note([]);
    expect(short(await snapshot)).toEqual({ kind: "SNAPSHOT", ...alone, changes: ["ADDED a white"], count: 1 });
  });

  test("hears that the server lives when nothing changes for a while", async () => {
    const lamps = house("a");
    const channel = new Channel(lamps.watched(), {
      journal: new Journal(),
      makeEvent: (told) => told,
      mostMatching: 10,
    });
    const { signal } = lamps.hangUp;
    const reading = { wantsSnapshot: true, matching: new Matching(), signal, heartbeatMs: 20, onResync: () => {} };
    const reader = readChannel(channel, reading);
    const kinds = [await next(reader), await next(reader), await next(reader)].map(({ kind }) => kind);
    expect(kinds).toEqual(["SNAPSHOT", "HEARTBEAT", "HEARTBEAT"]);
  });

  test("ends when it hangs up, whatever it waits for", async () => {
    const lamps = house("a");
    const reader = lamps.read();
    await next(reader);
    const waiting = reader.next();
    lamps.hangUp.abort();
    expect(await waiting).toEqual({ value: undefined, done: true });
  });
});

describe("readers who ask the same", () => {
  test("get the same events, for which is looked once", async () => {
    const lamps = house("a");
    const readers = Array.from({ length: 5 }, () => lamps.read());
    const snapshots = await Promise.all(readers.map(next));
    expect(new Set(snapshots).size).toBe(1);
    const waiting = readers.map(next);
    lamps.switch(["b", true]);
    expect([new Set(await Promise.all(waiting)).size, lamps.looks]).toEqual([1, 2]);
    const other = lamps.read(true, new Matching(), "other");
    expect([(await next(other)) === snapshots[0], lamps.looks]).toEqual([false, 3]);
  });

  test("each pay for what comparing takes, as if alone", async () => {
    const lamps = house("a");
    lamps.stepsOfOne = 2 * stepsPerPoint;
    const [first, second] = [new Matching(), new Matching()];
    const readers = [lamps.read(true, first), lamps.read(true, second)];
    for (const reader of readers) await next(reader);
    expect([first.points, second.points]).toEqual([2, 0]);
    const waiting = readers.map(next);
    lamps.switch(["b", true]);
    await Promise.all(waiting);
    expect([first.points, second.points]).toEqual([4, 2]);
  });

  test("are all told that comparing takes too much, and who comes later is compared for anew", async () => {
    const lamps = house("a");
    lamps.stepsOfOne = 3 * stepsPerPoint;
    const [busy, ...readers] = [lamps.read(), lamps.read(), lamps.read()];
    await Promise.all([busy, ...readers].map(next));
    const waiting = readers.map((reader) => reader.next());
    lamps.switch(["b", true], ["c", true], ["d", true], ["e", true]);
    for (const failing of waiting) await expect(failing).rejects.toThrow(CostLimitError);
    expect(lamps.looks).toBe(2);
    lamps.stepsOfOne = 0;
    expect(short(await next(lamps.read())).count).toBe(5);
    await expect(busy.next()).rejects.toThrow(CostLimitError);
  });

  test("wait for what they can pay", async () => {
    const lamps = house("a");
    const matching = new Matching();
    let pay: (() => void) | null = null;
    const reader = lamps.read(true, matching);
    await next(reader);
    matching.limit({
      most: 1_000,
      onSpent: () => {},
      whenAffordable: () => new Promise((resolve) => (pay = resolve)),
    });
    let event: Event | null = null;
    void next(reader).then((came) => (event = came));
    lamps.switch(["a", true, "red"]);
    lamps.switch(["a", true, "blue"]);
    const allow = await waitFor((): (() => void) | null => pay, { what: "the reader to wait" });
    expect([event, lamps.looks]).toEqual([null, 1]);
    allow();
    await waitFor(() => event !== null, { what: "the event" });
    expect([event && short(event).changes, lamps.looks]).toEqual([["CHANGED a blue"], 2]);
  });
});

describe("what passes", () => {
  test("is looked at as a whole after any change where others decide", async () => {
    const lamps = house("a", "b");
    const reader = lamps.read(true, new Matching(), "lit", "others");
    await next(reader);
    lamps.set("a", false);
    lamps.set("c", true);
    const change = next(reader);
    lamps.switch(["b", true, "red"]);
    expect(short(await change).changes).toEqual(["LEFT a white", "CHANGED b red", "ADDED c white"]);
  });

  test("costs something to be looked at as a whole, and nothing where each decides for itself", async () => {
    const costOf = async (dependence: Dependence) => {
      const lamps = house(...names(100));
      const matching = new Matching();
      const reader = lamps.read(true, matching, "lit", dependence);
      await reader.next();
      const paid = matching.points;
      lamps.switch(["n1000", false]);
      await reader.next();
      return matching.points - paid;
    };
    expect([await costOf("others"), await costOf("itself")]).toEqual([5, 0]);
  });

  test("is looked at without any change where the time decides", async () => {
    const lamps = house("a");
    const channel = new Channel(lamps.watched("time"), {
      journal: new Journal(),
      makeEvent: (told) => told,
      mostMatching: 10,
    });
    const { signal } = lamps.hangUp;
    const reading = { wantsSnapshot: true, matching: new Matching(), signal, heartbeatMs: 20, onResync: () => {} };
    const reader = readChannel(channel, reading);
    await next(reader);
    lamps.set("a", false);
    let event = await next(reader);
    while (event.kind === "HEARTBEAT") event = await next(reader);
    expect(short(event).changes).toEqual(["LEFT a white"]);
  });

  test("is told of again when something that belongs to it changed, even where others decide", async () => {
    const lamps = house("a", "b");
    lamps.set("c", false);
    const readers = [lamps.read(), lamps.read(true, new Matching(), "others", "others")];
    await Promise.all(readers.map(next));
    lamps.feed.note(["a", "c", "unknown"]);
    lamps.switch(["b", true, "red"]);
    lamps.switch(["b", true, "white"]);
    expect((await Promise.all(readers.map(next))).map((event) => short(event).changes)).toEqual([
      ["CHANGED a white"],
      ["CHANGED a white"],
    ]);
  });
});

describe("a journal", () => {
  test("tells each what changed since it looked, until it is too long ago", () => {
    const journal = new Journal();
    const start = journal.end;
    expect(journal.since(start)).toEqual([]);
    journal.note(["a", "b"]);
    const middle = journal.end;
    journal.note(["b", "c"]);
    expect([journal.since(start), journal.since(middle), journal.since(journal.end)]).toEqual([
      ["a", "b", "c"],
      ["b", "c"],
      [],
    ]);
    journal.note(names(49_996));
    expect([journal.since(start), journal.since(middle)?.length]).toEqual([null, 49_998]);
    journal.note(names(50_001));
    expect([journal.since(middle), journal.since(journal.end)]).toEqual([null, []]);
    // Where nothing is named, that something happened is noted all the same, and forgotten.
    const last = journal.end;
    journal.note([]);
    expect([journal.end === last, journal.since(last)]).toEqual([false, []]);
    for (let time = 0; time < 50_000; time++) journal.note([]);
    expect(journal.since(last)).toBeNull();
  });
});
