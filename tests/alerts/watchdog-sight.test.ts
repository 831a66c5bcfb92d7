import "reflect-metadata";
import { beforeEach, expect, test } from "vitest";
import { WatchdogSight } from "../../server/alerts/watchdog-sight.js";

const minute = 60_000;
const at = (minutes: number) => minutes * minute;
let sight: WatchdogSight;
beforeEach(() => {
  sight = new WatchdogSight(5 * minute);
});

/** Reads the cluster each half minute; `heard` says when it had last heard of the watchdog, null for never. */
function read(from: number, to: number, heard: (minutes: number) => number | null): void {
  for (let time = from; time <= to; time += 0.5) {
    const last = heard(time);
    sight.see(at(time), last === null ? null : at(last));
  }
}

const shown = (isReachable = true) => {
  const { state, lastSeenAt, absentSince } = sight.reading(isReachable);
  const minutes = (date: Date | null) => date && date.getTime() / minute;
  return [state, minutes(lastSeenAt), minutes(absentSince)];
};
const always = (time: number) => time;
const never = () => null;

test("nothing is known before the cluster was read", () => {
  expect(shown()).toEqual(["UNKNOWN", null, null]);
  expect(shown(false)).toEqual(["UNKNOWN", null, null]);
});

test("one that is heard of is there, and absent so long after it was last heard of", () => {
  read(100, 110, always);
  expect(shown()).toEqual(["OK", 110, null]);
  read(110.5, 114.5, never);
  expect(shown()).toEqual(["OK", 110, null]);
  read(115, 120, never);
  expect(shown()).toEqual(["ABSENT", 110, 115]);
});

test("that the Alertmanager still holds it does not make it heard of", () => {
  read(100, 120, () => 99);
  expect(shown()).toEqual(["ABSENT", 99, 104]);
});

test("one that was never heard of is unknown at first, and absent in the same time", () => {
  read(100, 104.5, never);
  expect(shown()).toEqual(["UNKNOWN", null, null]);
  read(105, 106, never);
  expect(shown()).toEqual(["ABSENT", null, 105]);
});

test("one that comes back is there at once", () => {
  read(100, 110, never);
  read(110.5, 110.5, always);
  expect(shown()).toEqual(["OK", 110.5, null]);
});

test("while the cluster cannot be read nothing is said of it, but when it was last seen", () => {
  read(100, 110, always);
  expect(shown(false)).toEqual(["UNKNOWN", 110, null]);
  read(110.5, 120, never);
  expect(shown(false)).toEqual(["UNKNOWN", 110, null]);
});

test("after an outage of the cluster it has time to come back", () => {
  read(100, 110, always);
  read(140, 144.5, never);
  expect(shown()).toEqual(["OK", 110, null]);
  read(145, 146, never);
  expect(shown()).toEqual(["ABSENT", 110, 145]);
});

test("an outage does not make one present that was absent, nor move since when", () => {
  read(100, 110, never);
  read(140, 150, never);
  expect(shown()).toEqual(["ABSENT", null, 105]);
});

test("reads that fail now and then do not put its absence off", () => {
  read(100, 110, always);
  for (let time = 111; time <= 116; time++) sight.see(at(time), null);
  expect(shown()).toEqual(["ABSENT", 110, 115]);
});

test("an Alertmanager whose clock is ahead of ours hears of nothing later than we read it", () => {
  read(100, 110, (time) => time + 30);
  expect(shown()).toEqual(["OK", 110, null]);
  read(110.5, 116, () => 140);
  expect(shown()).toEqual(["OK", 116, null]);
  read(116.5, 121, never);
  expect(shown()).toEqual(["ABSENT", 116, 121]);
});
