import "reflect-metadata";
import { expect, it } from "vitest";
import { Alert } from "../../server/alerts/alert.js";
import { EpisodeBook, mostEnded } from "../../server/alerts/history/episode-book.js";
import { ReadingTimes } from "../../server/alerts/history/reading-times.js";
import type { UpstreamAlert } from "../../server/clients/alertmanager-client.js";

const minuteMs = 60_000;
const t0 = Date.UTC(2030, 0, 1);

const alertOf = (more: Partial<UpstreamAlert> = {}): Alert =>
  new Alert([
    {
      cluster: "main",
      alert: {
        fingerprint: "0000000000000001",
        labels: { alertname: "Down", project: "p" },
        annotations: {},
        state: "ACTIVE",
        startsAtMs: t0,
        endsAtMs: t0,
        updatedAtMs: t0,
        generatorURL: null,
        receivers: [],
        silencedBy: [],
        inhibitedBy: [],
        mutedBy: [],
        ...more,
      },
    },
  ]);

/** A book of a server whose only cluster was last read at `readAtMs`, and is read when that is set. */
function makeBook() {
  const cluster = { readAtMs: t0 };
  const readings = new ReadingTimes(() => [
    { name: "main", reachable: true, lastSyncAt: new Date(cluster.readAtMs), error: null, members: [] },
  ]);
  const book = new EpisodeBook(readings, minuteMs);
  /** What is to be written, as it is told of in the database. */
  const written = () => book.takeChanged(100).map((episode) => episode.row(() => ({ id: "alh_1", projectId: null })));
  const read = (atMs: number) => {
    cluster.readAtMs = atMs;
    readings.note();
  };
  return { book, written, read };
}

const at = (ms: number) => new Date(t0 + ms);

it("an alert is over when it is seen to be gone; after a time in which nobody could look, at some time in it", () => {
  const { book, written, read } = makeBook();
  const alert = alertOf();
  book.take([{ before: null, after: alert }], t0 + 1_000);
  read(t0 + 10_000);
  book.take([{ before: alert, after: null }], t0 + 12_000);
  expect(written()).toMatchObject([
    { startsAt: at(0), firstSeenAt: at(1_000), resolvedAt: at(12_000), resolvedBefore: null },
  ]);

  const later = alertOf({ startsAtMs: t0 + 20_000 });
  book.take([{ before: null, after: later }], t0 + 21_000);
  read(t0 + 22_000);
  book.take([{ before: later, after: null }], t0 + 10 * minuteMs);
  expect(written()).toMatchObject([
    { startsAt: at(20_000), resolvedAt: at(22_000), resolvedBefore: at(10 * minuteMs) },
  ]);
});

it("an alert whose start moves is another firing only when it had been seen to fire before that start", () => {
  const { book, written, read } = makeBook();
  const alert = alertOf();
  book.take([{ before: null, after: alert }], t0 + 1_000);
  read(t0 + 30_000);
  // As where another Prometheus of a pair tells of it.
  const [earlier, overlapping] = [alertOf({ startsAtMs: t0 - 15_000 }), alertOf({ startsAtMs: t0 + 15_000 })];
  book.take(
    [
      { before: alert, after: earlier },
      { before: earlier, after: overlapping },
    ],
    t0 + 31_000,
  );
  expect(written()).toMatchObject([{ startsAt: at(0), resolvedAt: null }]);
  const again = alertOf({ startsAtMs: t0 + 31_500 });
  book.take([{ before: overlapping, after: again }], t0 + 32_000);
  expect(written()).toMatchObject([
    { startsAt: at(0), resolvedAt: at(31_500), resolvedBefore: null },
    { startsAt: at(31_500), firstSeenAt: at(32_000), resolvedAt: null },
  ]);
});

it("adds up exactly how long an alert was kept quiet, also when it was very often, or lost for a while", () => {
  const { book, written, read } = makeBook();
  const [active, silenced] = [alertOf(), alertOf({ state: "SUPPRESSED", silencedBy: ["s"] })];
  book.take([{ before: null, after: alertOf({ state: "UNPROCESSED" }) }], t0);
  expect(written()).toMatchObject([{ stateChanges: [] }]);
  for (let turn = 0; turn < 100; turn++) {
    book.take([{ before: silenced, after: active }], t0 + turn * 10_000);
    book.take([{ before: active, after: silenced }], t0 + turn * 10_000 + 7_000);
  }
  read(t0 + 1_000_000);
  book.take([{ before: silenced, after: null }], t0 + 1_000_000);
  const [ended] = written();
  expect(ended).toMatchObject({ suppressedSecondsKnown: 300 });
  expect(ended?.stateChanges).toHaveLength(50);
  expect(ended?.stateChanges.at(-1)).toEqual({
    ...{ at: at(997_000).toISOString(), state: "SUPPRESSED" },
    ...{ silenced: true, inhibited: false, muted: false },
  });
  book.take([{ before: null, after: silenced }], t0 + 1_010_000);
  expect(written()).toMatchObject([{ resolvedAt: null, suppressedSecondsKnown: 297 }]);
  book.take([{ before: silenced, after: null }], t0 + 1_020_000);
  expect(written()).toMatchObject([{ suppressedSecondsKnown: 320 }]);
});

it("goes on with what another server recorded, whose clock is ahead, and writes only what that one missed", () => {
  const [recorded, own] = [makeBook(), makeBook()];
  const [active, silenced] = [alertOf(), alertOf({ state: "SUPPRESSED", silencedBy: ["s"] })];
  recorded.book.take([{ before: null, after: active }], t0 + 5_000);
  own.book.take([{ before: null, after: active }], t0);
  const [row] = recorded.written();
  if (row === undefined) return expect.fail();
  const readAtMs = new Map([["main", t0 + 5_000]]);
  const compare = () => {
    expect(own.book.compare()).toBe(Number.POSITIVE_INFINITY);
    own.book.compareWith(row, readAtMs);
    own.book.finish(t0 + 6_000);
    return own.written();
  };
  expect(compare()).toEqual([]);
  own.book.take([{ before: active, after: silenced }], t0 + 3_000);
  own.written();
  const missed = { at: at(5_000).toISOString(), state: "SUPPRESSED", silenced: true, inhibited: false, muted: false };
  expect(compare()).toMatchObject([
    { id: "alh_1", firstSeenAt: at(5_000), stateChanges: [row.stateChanges[0], missed] },
  ]);
});

it("is not written for what moves with each evaluation, and keeps no text that is very long", () => {
  const { book, written } = makeBook();
  const told = (value: string) => alertOf({ annotations: { value }, labels: { alertname: "A".repeat(300) } });
  book.take([{ before: null, after: told("1") }], t0);
  expect(written()).toMatchObject([{ name: "A".repeat(255), annotations: { value: "1" } }]);
  book.take([{ before: told("1"), after: told("x".repeat(2_000)) }], t0 + 1_000);
  expect(written()).toEqual([]);
  book.take([{ before: told("x"), after: null }], t0 + 2_000);
  expect(written()).toMatchObject([{ annotations: { value: `${"x".repeat(1_023)}…` } }]);
});

it("remembers so many that ended while they cannot be written, the newest, and tells how many it forgot", () => {
  const { book } = makeBook();
  for (let index = 0; index < mostEnded + 5; index++) {
    const alert = alertOf({ fingerprint: index.toString(16).padStart(16, "0") });
    book.take([{ before: null, after: alert }], t0 + index);
    book.take([{ before: alert, after: null }], t0 + index);
  }
  expect([book.takeLost(), book.takeLost()]).toEqual([5, 0]);
  expect(book.takeChanged(mostEnded + 5)).toHaveLength(mostEnded);
  book.forgetBefore(t0 + mostEnded);
  expect(book.compare()).toBe(t0 + mostEnded);
});

it("a clock that was ahead and was set right makes one of two firings at most, and not of all that follow", () => {
  const { book, written } = makeBook();
  const hourMs = 60 * minuteMs;
  const firing = (startsAtMs: number) => alertOf({ startsAtMs: t0 + startsAtMs });
  const fire = (startsAtMs: number, seenAtMs: number) => {
    const alert = firing(startsAtMs);
    book.take([{ before: null, after: alert }], t0 + seenAtMs);
    book.take([{ before: alert, after: null }], t0 + seenAtMs + minuteMs);
  };
  fire(0, hourMs);
  for (const minute of [10, 20, 30]) fire(minute * minuteMs, minute * minuteMs);
  expect(new Set(written().map(({ startsAt }) => startsAt.getTime() - t0))).toEqual(
    new Set([0, 20 * minuteMs, 30 * minuteMs]),
  );
});
