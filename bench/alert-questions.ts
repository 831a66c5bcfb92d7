import { askedProject } from "./alert-world.js";

/** One question to both APIs. */
export interface AlertQuestion {
  readonly name: string;
  /** How many times Alertmanager's own throughput ours is to be at 10,000 alerts. */
  readonly aim?: number;
  /** Whether both answers hold the same alerts, none left out. */
  readonly isWhole?: true;
  readonly ours: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };
  /** The path of the request to Alertmanager whose answer holds it. */
  readonly theirs: string;
}

/** All that Alertmanager's answer has of an alert. */
const alertFields =
  "fingerprint state labels annotations startsAt endsAt updatedAt generatorURL receivers silencedBy { id } inhibitedBy { fingerprint } mutedBy";

const filtered = (filter: string) => `/api/v2/alerts?filter=${encodeURIComponent(filter)}`;

/** What a board asks. */
export const alertQuestions: readonly AlertQuestion[] = [
  {
    name: "one project's alerts",
    aim: 100,
    isWhole: true,
    ours: {
      query: `query ($name: String!) { project(name: $name) { alerts(first: 50) { nodes { ${alertFields} } } } }`,
      variables: { name: askedProject.name },
    },
    theirs: filtered(`project="${askedProject.name}"`),
  },
  {
    name: "the same, of all by filter",
    aim: 100,
    isWhole: true,
    ours: {
      query: `query ($filter: AlertFilter) { alerts(first: 50, filter: $filter) { nodes { ${alertFields} } } }`,
      variables: { filter: { projects: [askedProject.name] } },
    },
    theirs: filtered(`project="${askedProject.name}"`),
  },
  {
    name: "the same, never a kept answer",
    isWhole: true,
    ours: {
      query: `query ($name: String!) { project(name: $name) { version alerts(first: 50) { nodes { ${alertFields} } } } }`,
      variables: { name: askedProject.name },
    },
    theirs: filtered(`project="${askedProject.name}"`),
  },
  {
    name: "groups, 5 alerts each",
    aim: 30,
    ours: {
      query: `query ($by: [String!]) { alertGroups(groupBy: $by, first: 50) {
        nodes { labels receiver counts { total active suppressed } alerts(first: 5) { nodes { ${alertFields} } } } } }`,
      variables: { by: ["project", "alertname"] },
    },
    theirs: "/api/v2/alerts/groups",
  },
  {
    name: "values of a label",
    aim: 30,
    ours: { query: '{ alertLabelValues(name: "alertname") { value count } }', variables: {} },
    theirs: "/api/v2/alerts",
  },
  {
    name: "a regular expression",
    ours: {
      query: `query ($filter: AlertFilter) { alerts(first: 50, filter: $filter) { nodes { ${alertFields} } } }`,
      variables: { filter: { matchers: ['instance=~"web-1.*"'] } },
    },
    theirs: filtered('instance=~"web-1.*"'),
  },
  {
    name: "a page of 100, newest first",
    ours: {
      query: `{ alerts(first: 100, orderBy: STARTS_AT_DESC) { nodes { ${alertFields} } } }`,
      variables: {},
    },
    theirs: "/api/v2/alerts",
  },
];
