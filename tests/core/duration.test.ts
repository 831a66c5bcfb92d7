import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkDuration, compareDurations, formatDuration, parseDuration } from "../../server/core/duration.js";

const day = 86_400_000;
const valid: [text: string, milliseconds: number, canonical: string][] = [
  ["0", 0, "0s"],
  ["0s", 0, "0s"],
  ["0y", 0, "0s"],
  ["1ms", 1, "1ms"],
  ["30s", 30_000, "30s"],
  ["60s", 60_000, "1m"],
  ["90s", 90_000, "1m30s"],
  ["007s", 7_000, "7s"],
  ["1h30m", 5_400_000, "1h30m"],
  ["1d", day, "1d"],
  ["7d", 7 * day, "1w"],
  ["8d", 8 * day, "8d"],
  ["1w1d", 8 * day, "8d"],
  ["52w", 364 * day, "52w"],
  ["365d", 365 * day, "1y"],
  ["1y2w3d4h5m6s7ms", 365 * day + 17 * day + 4 * 3_600_000 + 5 * 60_000 + 6_007, "382d4h5m6s7ms"],
  ["292y", 292 * 365 * day, "292y"],
  ["9223372036854ms", 9_223_372_036_854, "106751d23h47m16s854ms"],
];
const invalid = [
  "",
  " ",
  "1",
  "00",
  "s",
  "-1s",
  "+1s",
  "1.5h",
  "1h 30m",
  " 1h",
  "1h\n",
  "30m1h",
  "1s1s",
  "1S",
  "1H",
  "1 s",
  "1µs",
  "1us",
  "1ns",
  "1M",
  "١s",
  "1e3s",
  "0x1s",
  "293y",
  "9223372036855ms",
  "99999999999999999999s",
  "1h{{",
  "1mm",
  "infinity",
];

test.each(valid)("%s is %i ms and prints as %s", (text, milliseconds, canonical) => {
  expect(parseDuration(text)).toBe(milliseconds);
  expect(formatDuration(milliseconds)).toBe(canonical);
  expect(checkDuration(text)).toBeNull();
});

test.each(invalid)("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeNull();
  expect(checkDuration(text)).toBe(
    'A duration is whole numbers with the units y, w, d, h, m, s, ms, largest first, for example "30s" or "1h30m".',
  );
});

test("what is printed is read back as the same", () => {
  for (let milliseconds = 1; milliseconds < 9e12; milliseconds = milliseconds * 3 + 7) {
    expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
  }
});

test("promtool reads and refuses the same durations", () => {
  const folder = mkdtempSync(join(tmpdir(), "duration-"));
  try {
    const accepts = (text: string): boolean => {
      const file = join(folder, "rules.yml");
      writeFileSync(file, JSON.stringify({ groups: [{ name: "g", rules: [{ alert: "A", expr: "up", for: text }] }] }));
      try {
        execFileSync("promtool", ["check", "rules", file], { stdio: "pipe" });
        return true;
      } catch {
        return false;
      }
    };
    const texts = [...valid.map(([text]) => text), ...invalid];
    expect(texts.filter((text) => accepts(text) !== (parseDuration(text) !== null))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a spelling that no column would hold is refused", () => {
  expect(checkDuration("000000000000001y0000000000000002d0000003s")).toMatch(/^A duration is whole numbers/);
  expect(checkDuration("000000000000001y000000000000002d0000003s")).toBeNull();
});

test("limits are inclusive, and zero is below any least that is above it", () => {
  const limits = { least: "15s", most: "1h" };
  expect(checkDuration("15s", limits)).toBeNull();
  expect(checkDuration("15000ms", limits)).toBeNull();
  expect(checkDuration("60m", limits)).toBeNull();
  expect(checkDuration("14s999ms", limits)).toBe("The least is 15s.");
  expect(checkDuration("0s", limits)).toBe("The least is 15s.");
  expect(checkDuration("1h1ms", limits)).toBe("The most is 1h.");
});

test("durations compare by length, not by spelling", () => {
  expect(compareDurations("90m", "1h30m")).toBe(0);
  expect(compareDurations("59s", "1m")).toBeLessThan(0);
  expect(compareDurations("2d", "47h")).toBeGreaterThan(0);
  expect(() => compareDurations("soon", "1h")).toThrow(RangeError);
});
