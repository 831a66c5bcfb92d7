import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";

const report = (more: (attack: Attack) => object) => (attack: Attack) =>
  attack.call("agentReport", {
    input: {
      name: "agent",
      instanceId: "0c0c0c0c",
      hostname: "h",
      agentVersion: "1",
      appliedRevision: 1,
      outputs: ["PROMETHEUS"],
      problems: [],
      reportIntervalSeconds: 1,
      state: "SYNCED",
      ...more(attack),
    },
  });
const project = (input: (attack: Attack) => object, what: string) =>
  [
    "refused",
    `one's own project: ${what}`,
    (attack: Attack) =>
      attack.call("projectUpdate", { id: attack.own.ids.prj, input: { description: attack.marker, ...input(attack) } }),
  ] as const;
const stream =
  (query: string, headers: Readonly<Record<string, string>> = {}) =>
  (attack: Attack) =>
    attack.send(JSON.stringify({ query }), {
      path: "/graphql/stream",
      headers: { accept: "text/event-stream", ...headers },
    });
/** A stream of whatever happens, with a filter that reaches for the victim's. */
const watch =
  (field: "alertEvents" | "silenceEvents", type: string, filter: (attack: Attack) => object): Attempt["run"] =>
  (attack) => {
    const what =
      field === "alertEvents"
        ? "counts { total } changes { alert { labels annotations"
        : "changes { silence { comment matchers { value }";
    const query = `subscription ($filter: ${type}) { ${field}(filter: $filter) { kind revision ${what} } } } }`;
    return attack.send(JSON.stringify({ query, variables: { filter: filter(attack) } }), {
      path: "/graphql/stream",
      headers: { accept: "text/event-stream" },
    });
  };
const page = (path: string, method = "GET") =>
  [
    "harmless",
    `${method} ${path}`,
    async (attack: Attack) => ({
      ...(await attack.request(method, path, {})),
      status: 200,
      data: { page: {} },
      errors: [],
    }),
  ] as const;

/** What is for agents and operators, and what a project may not have. */
export const platform: readonly Attempt[] = [
  ...attempts("agents", [
    ["refused", "a report in an agent's name", report(() => ({}))],
    [
      "refused",
      "a report of a problem in the victim's project",
      report(({ victim, marker }) => ({ name: "reporter", problems: [{ project: victim.ids.prj, message: marker }] })),
    ],
    ["refused", "a report in the name of an agent that is new", report(({ marker }) => ({ name: marker }))],
    ["refused", "what agents fetch", (attack) => attack.call("changedProjects", { sinceRevision: 0 })],
    [
      "refused",
      "what agents fetch, with secrets",
      (attack) =>
        attack.ask(
          "{ changedProjects(sinceRevision: 0) { nodes { name project { contactGroups { nodes { contacts { value secret } } } } } } }",
        ),
    ],
    ["refused", "the newest revision", (attack) => attack.call("revision", {})],
    ["refused", "which servers scrape whom", (attack) => attack.call("shards", {})],
    ["refused", "where configuration may point", (attack) => attack.call("egressPolicy", {})],
    [
      "refused",
      "the newest revision beside something of one's own",
      (attack) => attack.ask('{ project(name: "attacker") { id } revision }'),
    ],
  ]),
  ...attempts("streams", [
    ["refused", "revisions as they come", stream("subscription { revisions }")],
    ["refused", "revisions with an accept of anything", stream("subscription { revisions }", { accept: "*/*" })],
    ["refused", "a query where streams are", stream("{ projects { nodes { name } } }")],
    ["refused", "a mutation where streams are", stream('mutation { silenceExpire(id: "x") { userErrors { code } } }')],
    [
      "refused",
      "a stream by GET",
      (attack) =>
        attack.request("GET", `/graphql/stream?query=${encodeURIComponent("subscription { revisions }")}`, {
          accept: "text/event-stream",
          authorization: `Bearer ${attack.own.tokens.ADMIN}`,
        }),
    ],
    [
      "refused",
      "a reservation of a stream",
      (attack) => attack.request("PUT", "/graphql/stream", { authorization: `Bearer ${attack.own.tokens.ADMIN}` }),
    ],
    ["refused", "another's reservation", stream("subscription { revisions }", { "x-graphql-event-stream-token": "x" })],
    ["refused", "a subscription where queries are", (attack) => attack.ask("subscription { revisions }")],
    [
      "refused",
      "an operation of two, by name",
      (attack) =>
        attack.send(
          JSON.stringify({ query: "query a { viewer { name } } subscription b { revisions }", operationName: "b" }),
          { path: "/graphql/stream", headers: { accept: "text/event-stream" } },
        ),
    ],
    ["refused", "a subscription to another's alerts", stream("subscription { alerts { id } }")],
    ["harmless", "events of all alerts", watch("alertEvents", "AlertFilter", () => ({}))],
    [
      "harmless",
      "events of alerts, by project",
      watch("alertEvents", "AlertFilter", ({ victim }) => ({ projects: [victim.name] })),
    ],
    [
      "harmless",
      "events of alerts, by a pattern on the project",
      watch("alertEvents", "AlertFilter", ({ victim }) => ({ matchers: [`project=~"${victim.name}|.*"`] })),
    ],
    [
      "harmless",
      "events of alerts, by rule",
      watch("alertEvents", "AlertFilter", ({ victim }) => ({ rule: victim.ids.rul })),
    ],
    ["harmless", "events of all silences", watch("silenceEvents", "SilenceFilter", () => ({}))],
    [
      "harmless",
      "events of silences, by project",
      watch("silenceEvents", "SilenceFilter", ({ victim }) => ({ projects: [victim.name] })),
    ],
  ]),
  ...attempts("operators", [
    [
      "refused",
      "a project of another name",
      (attack) => attack.call("projectCreate", { input: { name: `vic-${attack.marker}` } }),
    ],
    [
      "refused",
      "a project of the victim's name",
      (attack) => attack.call("projectCreate", { input: { name: attack.victim.name } }),
    ],
    [
      "refused",
      "one's own project deleted, to have it anew",
      (attack) => attack.call("projectDelete", { id: attack.own.ids.prj }),
    ],
    [
      "refused",
      "a global rule",
      (attack) => attack.call("globalRuleCreate", { input: { name: attack.marker, expr: "victim_secret" } }),
    ],
    [
      "refused",
      "a global rule as a dry run, for its diff",
      (attack) => attack.call("globalRuleCreate", { input: { name: attack.marker, expr: "up" }, dryRun: true }),
    ],
    [
      "refused",
      "a global rule changed",
      (attack) =>
        attack.call("globalRuleUpdate", {
          id: attack.own.ids.grl,
          input: { expr: `victim_secret{x="${attack.marker}"}` },
        }),
    ],
    ["refused", "a global rule deleted", (attack) => attack.call("globalRuleDelete", { id: attack.own.ids.grl })],
    [
      "refused",
      "a global rule by the rules' own mutations",
      (attack) => attack.call("alertingRuleUpdate", { id: attack.own.ids.grl, input: { name: attack.marker } }),
    ],
    [
      "refused",
      "a global rule by the rules' own deletion",
      (attack) => attack.call("ruleDelete", { id: attack.own.ids.grl }),
    ],
  ]),
  ...attempts("limits", [
    project(() => ({ limitTier: "large" }), "another tier"),
    project(() => ({ limitTier: "default" }), "the tier that it has"),
    project(({ victim }) => ({ aclGroup: victim.aclGroup }), "the victim's group"),
    project(({ victim }) => ({ openstackId: victim.openstackId }), "the victim's project of OpenStack"),
    project(() => ({ openstackId: null }), "no project of OpenStack"),
    project(() => ({ extraLabels: { project: "x" } }), "a label project on all alerts"),
    project(() => ({ extraLabels: { alertname: "x" } }), "a name for all alerts"),
    project(() => ({ extraLabels: { a: "{{ query `x` }}" } }), "a template on all alerts"),
    project(({ victim }) => ({ name: victim.name }), "another name"),
    [
      "refused",
      "more objects than an operation may select",
      (attack) =>
        attack.ask(
          "{ projects(first: 100) { nodes { rules(first: 100) { nodes { project { rules(first: 100) { nodes { id } } } } } } } }",
        ),
    ],
    [
      "refused",
      "a hundred and one aliases",
      (attack) => attack.ask(`{ ${Array.from({ length: 101 }, (_, index) => `a${index}: __typename`).join(" ")} }`),
    ],
    ["refused", "more in a page than there may be", (attack) => attack.call("projects", { first: 101 })],
    ["refused", "a page of none", (attack) => attack.call("projects", { first: 0 })],
    ["refused", "a body that is too large", (attack) => attack.ask(`{ viewer { name } } #${"x".repeat(300_000)}`)],
    [
      "refused",
      "a thousand targets and one",
      (attack) =>
        attack.call("scrapeJobCreate", {
          input: {
            project: attack.own.ids.prj,
            name: attack.marker,
            staticTargets: Array.from({ length: 1_001 }, (_, index) => ({ host: "127.0.0.2", port: index + 1 })),
          },
        }),
    ],
  ]),
  ...attempts(
    "pages",
    [
      "/metrics",
      "/readyz",
      "/healthz",
      "/",
      "/graphql",
      "/auth",
      "/.git/config",
      "/../../etc/passwd",
      "/%2e%2e/%2e%2e/etc/passwd",
      "/schema.graphql",
      "/assets/../server.yml",
    ]
      .map((path) => page(path))
      .concat([page("/metrics", "POST"), page("/graphql", "TRACE"), page("/graphql", "OPTIONS")]),
  ),
];
