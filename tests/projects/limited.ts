import { expect } from "vitest";
import type { TestApp } from "../support/app.js";

// What the tests of limits make, change and count.

/** What of a project is counted. */
export const usage =
  "scrapeJobs targets samplesPerScrape rules seriesPerRule contactGroups contacts silences acknowledgements apiTokens";

/** A tier that is soon full. */
export const small = {
  scrapeJobs: 3,
  targets: 5,
  leastScrapeInterval: "30s",
  rules: 3,
  leastRuleInterval: "1m",
  expressionLength: 60,
  expressionDepth: 4,
  expressionSelectors: 2,
  longestRange: "1d",
  subquerySteps: 100,
  expressionSamples: 2_000,
  contactGroups: 3,
  contacts: 5,
  acknowledgements: 3,
  apiTokens: 3,
};

/** What of mistakes is looked at. */
export const userErrors = "userErrors { code message path }";
const mutations = {
  scrapeJob: `mutation ($input: ScrapeJobCreateInput!, $dryRun: Boolean! = false) {
    made: scrapeJobCreate(input: $input, dryRun: $dryRun) { object: scrapeJob { id } ${userErrors} }
  }`,
  alertingRule: `mutation ($input: AlertingRuleCreateInput!, $dryRun: Boolean! = false) {
    made: alertingRuleCreate(input: $input, dryRun: $dryRun) { object: alertingRule { id } ${userErrors} }
  }`,
  recordingRule: `mutation ($input: RecordingRuleCreateInput!, $dryRun: Boolean! = false) {
    made: recordingRuleCreate(input: $input, dryRun: $dryRun) { object: recordingRule { id } ${userErrors} }
  }`,
  contactGroup: `mutation ($input: ContactGroupCreateInput!, $dryRun: Boolean! = false) {
    made: contactGroupCreate(input: $input, dryRun: $dryRun) { object: contactGroup { id } ${userErrors} }
  }`,
  apiToken: `mutation ($input: ApiTokenCreateInput!) {
    made: apiTokenCreate(input: $input) { object: apiToken { id } ${userErrors} }
  }`,
};
const updates = {
  scrapeJob: `mutation ($id: ID!, $input: ScrapeJobUpdateInput!) {
    made: scrapeJobUpdate(id: $id, input: $input) { object: scrapeJob { id } ${userErrors} }
  }`,
  alertingRule: `mutation ($id: ID!, $input: AlertingRuleUpdateInput!) {
    made: alertingRuleUpdate(id: $id, input: $input) { object: alertingRule { id } ${userErrors} }
  }`,
  contactGroup: `mutation ($id: ID!, $input: ContactGroupUpdateInput!) {
    made: contactGroupUpdate(id: $id, input: $input) { object: contactGroup { id } ${userErrors} }
  }`,
};
const removals = {
  scrapeJob: "scrapeJobDelete",
  alertingRule: "ruleDelete",
  contactGroup: "contactGroupDelete",
  apiToken: "apiTokenRevoke",
};
/** Of what a project has a limited number. */
export type Kind = keyof typeof mutations;

/** So many static targets, different from those from another place on. */
export const targets = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({ host: "example.org", port: 1 + from + index }));
/** So many contacts. */
export const contacts = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ type: "EMAIL", value: `a${index}@example.org` }));

/** What makes one more of something; each `name` may be used once. */
const inputs: Readonly<Record<Kind, (project: string, name: string) => object>> = {
  scrapeJob: (project, name) => ({ project, name }),
  alertingRule: (project, name) => ({ project, name, expr: "up == 0" }),
  recordingRule: (project, name) => ({ project, name: `r:${name.replace("-", "_")}`, expr: "sum(up)" }),
  contactGroup: (project, name) => ({ project, name, contacts: [] }),
  apiToken: (project, name) => ({ name, memberships: [{ project, role: "VIEWER" }] }),
};

/** The payload of what would exceed a limit. */
export const limitReached = (
  what: string,
  most: number,
  has: number,
  adds: number,
  path: readonly string[],
  tier = "small",
) => ({
  object: null,
  userErrors: [
    {
      code: "LIMIT",
      message: `The project may have ${most} ${what} (limit tier "${tier}"); it has ${has}, and this adds ${adds}. Remove some that are not needed, or ask an operator for a larger tier.`,
      path,
    },
  ],
});
/** The payload of what was made. */
export const made = { object: { id: expect.any(String) }, userErrors: [] };

/** An outcome of a mutation. */
export interface Made {
  readonly object: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
}

let count = 0;

/** Makes, changes and counts as an operator. */
export class Limited {
  constructor(private readonly app: TestApp) {}

  async project(limitTier: string): Promise<string> {
    const create = `mutation ($input: ProjectCreateInput!) { projectCreate(input: $input) { project { id } } }`;
    const { projectCreate } = await this.#send(create, { input: { name: `p${count++}`, limitTier } });
    return projectCreate.project.id;
  }

  async create(kind: Kind, input: object, dryRun?: boolean): Promise<Made> {
    return (await this.#send(mutations[kind], { input, dryRun })).made;
  }

  /** Makes one more. */
  one(kind: Kind, project: string, dryRun?: boolean): Promise<Made> {
    return this.create(kind, inputs[kind](project, `n-${count++}`), dryRun);
  }

  async change(kind: keyof typeof updates, { object }: Made, input: object): Promise<Made> {
    return (await this.#send(updates[kind], { id: object?.id, input })).made;
  }

  async remove(kind: keyof typeof removals, { object }: Made): Promise<void> {
    await this.#send(`mutation ($id: ID!) { ${removals[kind]}(id: $id) { userErrors { code } } }`, { id: object?.id });
  }

  async usage(id: string, token = this.app.operator): Promise<Record<string, number | null>> {
    const query = `query ($id: ID!) { node(id: $id) { ... on Project { usage { ${usage} } } } }`;
    return (await this.app.data(token, query, { id })).node.usage;
  }

  #send(query: string, variables: object) {
    return this.app.data(this.app.operator, query, variables);
  }
}
