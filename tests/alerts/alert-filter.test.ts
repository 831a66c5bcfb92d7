import "reflect-metadata";
import { describe, expect, test } from "vitest";
import { Alert } from "../../server/alerts/alert.js";
import { compileAlertFilter, type FilterContext } from "../../server/alerts/alert-filter.js";
import type { AlertFilter } from "../../server/alerts/alert-input.js";
import type { HeldSilence } from "../../server/alerts/alert-snapshot.js";
import { silenceIdOf } from "../../server/alerts/silence-id.js";
import type { UpstreamAlert } from "../../server/clients/alertmanager-client.js";
import { BadUserInputError } from "../../server/core/errors.js";
import { Matching } from "../../server/core/matching.js";

const nowMs = Date.parse("2026-01-01T12:00:00Z");
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;
const silenceId = "00000000-0000-4000-8000-000000000001";
const otherId = "00000000-0000-4000-8000-000000000002";

const silence: HeldSilence = {
  cluster: "main",
  silence: {
    ...{ id: silenceId, state: "ACTIVE", matchers: [], startsAtMs: 0, endsAtMs: 1, updatedAtMs: 0 },
    ...{ createdBy: "ann", comment: "see T1234" },
  },
};
const contextOf = (matching = new Matching()): FilterContext => ({
  matching,
  nowMs,
  snapshot: { silence: (id) => (id === silenceId ? silence : undefined) },
  acknowledgements: {
    of: (fingerprint, startsAtMs) =>
      fingerprint === webFingerprint && startsAtMs === minutesAgo(60)
        ? { id: "ack_1", ownerName: "bob", createdAtMs: nowMs }
        : null,
  },
});
const compile = (filter: AlertFilter) => compileAlertFilter(filter, contextOf()).accepts;

const rule = "rul_01h455vb4pex5vsknk084sn02q";
const webFingerprint = "00000000000000aa";
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
  alertOf("Web", {
    labels: { project: "web", severity: "page", instance: "web-1" },
    receivers: ["web/ops"],
    fingerprint: webFingerprint,
    startsAtMs: minutesAgo(60),
  }),
  alertOf("Database", {
    labels: { project: "db", severity: "info", note: "100% \\_ full" },
    state: "SUPPRESSED",
    startsAtMs: minutesAgo(5),
    silencedBy: [silenceId, otherId],
    inhibitedBy: [webFingerprint],
    annotations: { summary: "Disk of DB-1 is full", metricsinfra_rule_id: rule },
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
    [{ fingerprints: [webFingerprint] }, ["Web"]],
    [{ rule }, ["Database"]],
    [{ clusters: ["main"] }, ["Plain", "Web", "Database"]],
    [{ clusters: ["other"] }, []],
    [{ leastAge: "1h" }, ["Plain", "Web"]],
    [{ mostAge: "1h" }, ["Web", "Database"]],
    [{ leastAge: "10m", mostAge: "2h" }, ["Web"]],
    [{ silenced: true }, ["Database"]],
    [{ silenced: false }, ["Plain", "Web"]],
    [{ silencedBy: [silenceIdOf(silenceId)] }, ["Database"]],
    [{ silencedBy: [silenceIdOf("00000000-0000-4000-8000-000000000003")] }, []],
    [{ silenceAuthors: ["ann"] }, ["Database"]],
    [{ silenceAuthors: ["bob"] }, []],
    [{ silenceComment: "t12" }, ["Database"]],
    [{ silenceAuthors: ["ann"], silenceComment: "nothing" }, []],
    [{ inhibited: true }, ["Database"]],
    [{ inhibited: false }, ["Plain", "Web"]],
    [{ inhibitedBy: [webFingerprint] }, ["Database"]],
    [{ acknowledged: true }, ["Web"]],
    [{ acknowledged: false }, ["Plain", "Database"]],
    [{ acknowledgedBy: ["bob", "cid"] }, ["Web"]],
    [{ acknowledgedBy: ["cid"] }, []],
  ])("%j", (filter, names) => {
    expect(alerts.filter(compile(filter)).map(({ name }) => name)).toEqual(names);
  });

  test.each<[AlertFilter, string[], RegExp]>([
    [{ matchers: ["a=b", "nonsense"] }, ["filter", "matchers", "1"], /is not a matcher/],
    [{ matchers: ["a=~(a)\\1"] }, ["filter", "matchers", "0"], /invalid escape sequence/],
    [{ matchers: [`a=~"${"x".repeat(10_240)}"`] }, ["filter", "matchers", "0"], /at most 1024 characters/],
    [{ matchers: Array(10_000).fill("a=b") }, ["filter", "matchers"], /at most 50/],
    [{ matchers: [`{${"a=b,".repeat(10_000)}}`] }, ["filter", "matchers"], /at most 50/],
    [{ projects: Array(101).fill("a") }, ["filter", "projects"], /at most 100/],
    [{ fingerprints: Array(101).fill("a") }, ["filter", "fingerprints"], /at most 100/],
    [{ rule: "rul_1" }, ["filter", "rule"], /must be an id that starts with "rul_" or "grl_"/],
    [{ silencedBy: ["sil_1"] }, ["filter", "silencedBy"], /must hold ids that start with "sil_"/],
    [{ leastAge: "soon" }, ["filter", "leastAge"], /must be a duration/],
    [{ mostAge: "-1h" }, ["filter", "mostAge"], /must be a duration/],
  ])("that is wrong is refused at once: %#", (filter, path, says) => {
    try {
      compile(filter);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BadUserInputError);
      expect(error).toMatchObject({ message: expect.stringMatching(says), details: { path } });
    }
  });

  test("whose regular expression would make a backtracking engine hang answers in milliseconds", () => {
    const long = alertOf("Long", { labels: { a: `${"a".repeat(10_000)}b` } });
    expect(compile({ matchers: [`a=~"(a+)+$"`] })(long)).toBe(false);
  });
});
