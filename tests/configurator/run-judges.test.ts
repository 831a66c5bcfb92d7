import { describe, expect, test } from "vitest";
import { groupsIn, markIn, renderRelease } from "../../configurator/render/release-mark.js";
import { AlertmanagerJudge, configHash } from "../../configurator/running/alertmanager-judge.js";
import { PrometheusJudge } from "../../configurator/running/prometheus-judge.js";
import { ReloadJudge } from "../../configurator/running/reload-judge.js";
import { leastRevision, type Run, type RunJudge } from "../../configurator/running/run.js";

const judged = (judge: RunJudge, lines: readonly string[]) => {
  for (const line of lines) judge.take(line);
  return judge.finding();
};

const mark = { revision: 7, nonce: "0123456789ab", files: 2, groups: 3 };
const inUse = { mark, revision: 9, ruleFiles: 2, targets: new Map([["targets/default", { files: 2, seconds: 30 }]]) };
const reloaded = "prometheus_config_last_reload_successful 1";
const group = (path: string, name: string) => `prometheus_rule_group_rules{rule_group="/x/current/${path};${name}"} 0`;
const release = (nonce = mark.nonce, revision = 7) =>
  group("release.yml", `_platform/release/${revision}/${nonce}/2/3`);
const groups = ["a/default", "a/15s", "b/default"].map((name) => group(`rules/${name[0]}.yml`, name));
const file = (path: string, seconds: number) => `prometheus_sd_file_mtime_seconds{filename="${path}"} ${seconds}`;
const files = [file("/x/targets/default/a.json", 1e1), file("/x/targets/default/b.json", 20)];
const own = ['prometheus_rule_group_rules{rule_group="/etc/rules/own.yml;mine"} 4', file("/etc/own/targets.json", 5)];
const other = (detail: string, revision: number | null = null) => ({ state: "OTHER", revision, detail });
const unknown = (detail: string) => ({ state: "UNKNOWN", revision: null, detail });

describe("a Prometheus", () => {
  test.each([
    [
      "runs what is in use",
      [reloaded, release(), ...groups, ...files, ...own],
      { state: "RUNS", revision: 9, detail: null },
    ],
    [
      "runs it though a later reload failed",
      ["prometheus_config_last_reload_successful 0", release(), ...groups, ...files],
      {
        state: "RUNS",
        revision: 9,
        detail: "Its last reload failed, for a reason that its log tells; it still runs what is in use.",
      },
    ],
    [
      "runs another release of the same revision",
      [reloaded, release("ba9876543210"), ...groups, ...files],
      other("It runs the release of revision 7 (ba9876543210), not the one in use (0123456789ab).", 7),
    ],
    ["runs another config", [reloaded, ...own], other("It runs a config that this agent has not written.")],
    [
      "lacks a rule group",
      [reloaded, release(), ...groups.slice(1), ...files],
      other("It has loaded 2 rule groups of projects; the release in use has 3."),
    ],
    [
      "has not read a target file",
      [reloaded, release(), ...groups, files[0] ?? ""],
      other("It has read 1 of the 2 files of targets/default."),
    ],
    [
      "has read an older target file",
      [reloaded, release(), ...groups, files[0] ?? "", file("/x/targets/default/b.json", 19)],
      other("It has not read the newest files of targets/default."),
    ],
    [
      "is loading",
      [reloaded, release(), release("ba9876543210"), ...groups],
      unknown("It is loading another release."),
    ],
    ["is none", ["<html>"], unknown("It does not answer as a Prometheus does.")],
  ])("%s", (_, lines, finding) => {
    expect(judged(new PrometheusJudge(inUse), lines)).toEqual(finding);
  });

  test("is told apart from files that were removed", () => {
    const detail = "1 of the 2 rule files of the release in use are there: others were removed or added by hand.";
    const finding = judged(new PrometheusJudge({ ...inUse, ruleFiles: 1 }), [reloaded, release(), ...groups, ...files]);
    expect(finding).toEqual({ ...other(detail), isDamaged: true });
  });

  test("shows the mark that is written, of which a project can make no other", () => {
    expect(markIn(renderRelease(mark))).toEqual(mark);
    expect(markIn("_platform/release/7/0123456789ab/2/3/more")).toBeUndefined();
    expect(groupsIn("groups:\n  - name: a\n    rules:\n      - record: x\n  - name: b\n    rules: []\n")).toBe(2);
  });
});

describe("an Alertmanager", () => {
  const judge = () =>
    new AlertmanagerJudge({ hash: configHash("new"), revision: 9 }, () => [{ hash: configHash("old"), revision: 7 }]);
  test.each([
    ["new", { state: "RUNS", revision: 9, detail: null }],
    ["old", other("It runs the release of revision 7, not the one in use.", 7)],
    ["strange", other("It runs a config that is not the one in use, nor the one before.")],
  ])("whose file is %s", (text, finding) => {
    const lines = [`alertmanager_config_hash ${configHash(text)}`, "alertmanager_config_last_reload_successful 1"];
    expect(judged(judge(), lines)).toEqual(finding);
  });

  test("that tells nothing is not judged", () => {
    expect(judged(judge(), [])).toEqual(unknown("It does not tell the hash of its config."));
  });
});

test("a program that tells only when it loaded its config must have done so since that was put in use", () => {
  const at = (seconds: number) =>
    judged(new ReloadJudge("x", { revision: 9, switchedAtMs: 100_000 }), [
      `x_last_reload_success_timestamp_seconds ${seconds}`,
    ]);
  expect(at(100.5)).toEqual({ state: "RUNS", revision: 9, detail: null });
  expect(at(50)).toEqual(other("It loaded its config before the one in use was there."));
});

test("the least revision of all processes counts, and of one that was never seen what was believed", () => {
  const run = (state: Run["state"], revision: number | null): Run => {
    return { output: "PROMETHEUS", server: "http://x", state, revision, detail: null, seenAt: null };
  };
  expect(leastRevision([], 5)).toBeUndefined();
  expect(leastRevision([run("RUNS", 9), run("AWAY", 7)], 5)).toBe(7);
  expect(leastRevision([run("RUNS", 9), run("AWAY", null)], 5)).toBe(5);
  expect(leastRevision([run("RUNS", 9), run("OTHER", null)], 5)).toBe(0);
});
