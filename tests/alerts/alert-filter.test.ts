import "reflect-metadata";
import { describe, expect, test } from "vitest";
import { Alert } from "../../server/alerts/alert.js";
import { compileAlertFilter } from "../../server/alerts/alert-filter.js";
import type { AlertFilter } from "../../server/alerts/alert-input.js";
import type { UpstreamAlert } from "../../server/clients/alertmanager-client.js";
import { BadUserInputError } from "../../server/core/errors.js";
import { Matching } from "../../server/core/matching.js";

const alertOf = (alertname: string, change: Partial<UpstreamAlert> = {}) =>
  new Alert([
    {
      cluster: "main",
      alert: {
        fingerprint: "0123456789abcdef",
        annotations: {},
        state: "ACTIVE",
        startsAtMs: 1,
        endsAtMs: 2,
        updatedAtMs: 1,
        generatorURL: null,
        receivers: [],
        silencedBy: [],
        inhibitedBy: [],
        mutedBy: [],
        ...change,
        labels: { alertname, ...change.labels },
      },
    },
  ]);

const alerts = [
  alertOf("Plain"),
  alertOf("Web", { labels: { project: "web", severity: "page", instance: "web-1" }, receivers: ["web/ops"] }),
  alertOf("Database", {
    labels: { project: "db", severity: "info", note: "100% \\_ full" },
    annotations: { summary: "Disk of DB-1 is full" },
    state: "SUPPRESSED",
  }),
];

describe("a filter of alerts", () => {
  test.each<[AlertFilter, string[]]>([
    [{}, ["Plain", "Web", "Database"]],
    [
      { projects: null, states: null, severities: null, matchers: null, receiver: null, search: null },
      ["Plain", "Web", "Database"],
    ],
    [{ projects: ["web", "nope"] }, ["Web"]],
    [{ projects: [] }, []],
    [{ states: ["ACTIVE", "UNPROCESSED"] }, ["Plain", "Web"]],
    [{ severities: ["page"] }, ["Web"]],
    [{ receiver: "web/ops" }, ["Web"]],
    [{ receiver: "web" }, []],
    [{ search: "db-1 IS" }, ["Database"]],
    [{ search: "%" }, ["Database"]],
    [{ search: "\\_" }, ["Database"]],
    [{ search: "nothing" }, []],
    [{ matchers: [`instance=~"web-.+"`] }, ["Web"]],
    [{ matchers: [`instance=~"web"`] }, []],
    [{ matchers: [`project=""`] }, ["Plain"]],
    [{ matchers: [`project!=""`, `severity!="page"`] }, ["Database"]],
    [{ matchers: [`{project=~".+", severity="page"}`] }, ["Web"]],
    [{ matchers: [`constructor=""`] }, ["Plain", "Web", "Database"]],
    [{ projects: ["web", "db"], search: "full" }, ["Database"]],
  ])("%j", (filter, names) => {
    expect(alerts.filter(compileAlertFilter(filter, new Matching())).map(({ name }) => name)).toEqual(names);
  });

  test.each<[AlertFilter, string[], RegExp]>([
    [{ matchers: ["a=b", "nonsense"] }, ["filter", "matchers", "1"], /is not a matcher/],
    [{ matchers: ["a=~(a)\\1"] }, ["filter", "matchers", "0"], /invalid escape sequence/],
    [{ matchers: [`a=~"${"x".repeat(10_240)}"`] }, ["filter", "matchers", "0"], /at most 1024 characters/],
    [{ matchers: Array(10_000).fill("a=b") }, ["filter", "matchers"], /at most 50/],
    [{ matchers: [`{${"a=b,".repeat(10_000)}}`] }, ["filter", "matchers"], /at most 50/],
    [{ projects: Array(101).fill("a") }, ["filter", "projects"], /at most 100/],
  ])("that is wrong is refused at once: %#", (filter, path, says) => {
    try {
      compileAlertFilter(filter, new Matching());
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadUserInputError);
      expect(error).toMatchObject({ message: expect.stringMatching(says), details: { path } });
    }
  });

  test("whose regular expression would make a backtracking engine hang answers in milliseconds", () => {
    const long = alertOf("Long", { labels: { a: `${"a".repeat(10_000)}b` } });
    expect(compileAlertFilter({ matchers: [`a=~"(a+)+$"`] }, new Matching())(long)).toBe(false);
  });
});
