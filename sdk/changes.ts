import { ForbiddenError } from "./errors.js";
import {
  GetNewestRevisionsDocument,
  GetProjectConfigDocument,
  ListChangedProjectSettingsDocument,
  ListChangedProjectsDocument,
  ListMoreOfProjectDocument,
} from "./generated/documents.js";
import type {
  AlertingRuleSettings,
  ContactGroupSettings,
  GlobalRule,
  LimitTierSettings,
  ListChangedProjectsData,
  OverriddenGlobalRule,
  ProjectFirstPages,
  ProjectSettings,
  RecordingRuleSettings,
  ScrapeJobWithSecret,
} from "./generated/types.js";
import { type Graph, nodeOf } from "./graph.js";
import { GlobalRules } from "./namespaces/global-rules.js";
import type { CallOptions } from "./options.js";
import { nextCursor, type Page } from "./paginated.js";

/** Everything that is configured for one project. */
export interface ProjectConfig extends ProjectSettings {
  /** With the secrets of their credentials, which only agents may read. */
  readonly scrapeJobs: ReadonlyArray<ScrapeJobWithSecret>;
  readonly rules: ReadonlyArray<AlertingRuleSettings | RecordingRuleSettings>;
  /**
   * With the secrets of the contacts, which only agents may read. Where `secretProblem` says why one cannot be read, keep
   * what you have of the project's contacts, and fetch it again later: nothing changes when its key comes back.
   */
  readonly contactGroups: ReadonlyArray<ContactGroupSettings>;
  /**
   * The global rules that the project overrides, as they are for it. For each with `overridden` the rule itself is to leave
   * the project out, and this is to be evaluated for it instead.
   */
  readonly overriddenGlobalRules: ReadonlyArray<OverriddenGlobalRule>;
}

/** A project that changed, or that is gone. */
export interface ChangedProject {
  readonly id: string;
  readonly name: string;
  /** The revision of its newest change. */
  readonly revision: number;
  /** Whether it lives in another shard than the one asked for, and so is to be taken away without being deleted. */
  readonly movedAway: boolean;
  /** Null when it was deleted or moved away. */
  readonly config: ProjectConfig | null;
}

/** Up to 100 changed projects, in order of revision. */
export interface ChangePage {
  /**
   * The newest revision of the whole configuration when this page was answered. Who has applied all pages runs the revision of
   * the last one.
   */
  readonly revision: number;
  /** The newest revision that touched a global rule. */
  readonly globalRulesRevision: number;
  /** The limits that Prometheus is told of, by tier; they come from the server's settings and take no revision. */
  readonly limitTiers: ReadonlyArray<LimitTierSettings>;
  /** Another one than before when the policy of where configuration may point has changed: see `Client.egressPolicy`. */
  readonly egressFingerprint: string;
  readonly projects: ReadonlyArray<ChangedProject>;
  /** All global rules, on the last page, if they were asked for and changed; null: as before. */
  readonly globalRules: ReadonlyArray<GlobalRule> | null;
}

/** Which changes to fetch. */
export interface ChangesArguments {
  /** The revision that is known already; 0 for everything. */
  readonly sinceRevision: number;
  /** The shard whose projects alone are wanted; those of others come as moved away. @default all projects */
  readonly shard?: string | undefined;
  /** Whether to fetch the global rules too, when they changed since. @default false */
  readonly globalRules?: boolean | undefined;
  /**
   * What to fetch of the changed projects: `settings` leaves out their scrape jobs, rules and contacts, and with them all
   * secrets; `none` tells of no project, in one request. @default "complete"
   */
  readonly projects?: "complete" | "settings" | "none" | undefined;
}

/**
 * The changed projects, page by page, each with its complete configuration. Lists of one project that are longer than a page
 * are fetched to their end. The next page is under way while one is worked on. Nothing changed: one request, one empty page.
 */
export async function* changes(
  graph: Graph,
  { sinceRevision, shard, globalRules = false, projects: needed = "complete" }: ChangesArguments,
  options?: CallOptions,
): AsyncGenerator<ChangePage, void, undefined> {
  const fetchPage = (after: string | null) => {
    const variables = { sinceRevision, shard, first: 100, after };
    if (needed === "none") return revisionsOnly(graph, sinceRevision, options);
    return needed === "settings" ? settingsPage(graph, variables, options) : completePage(graph, variables, options);
  };
  const seen = new Set<string>();
  let coming = fetchPage(null);
  for (;;) {
    const page = await coming;
    const isLast = !page.pageInfo.hasNextPage;
    if (!isLast) {
      coming = fetchPage(nextCursor(page, seen));
      coming.catch(() => undefined); // Thrown when it is awaited; until then it is not unhandled.
    }
    const { revision, globalRulesRevision, egressFingerprint, limitTiers } = page;
    const projects: ChangedProject[] = [];
    for (const { id, name, revision: changedAt, movedAway } of page.nodes) {
      projects.push({ id, name, revision: changedAt, movedAway, config: await page.configOf(id) });
    }
    const wanted = isLast && globalRules && globalRulesRevision > sinceRevision;
    yield {
      revision,
      globalRulesRevision,
      limitTiers,
      egressFingerprint,
      projects,
      globalRules: wanted ? await allGlobalRules(graph, options) : null,
    };
    if (isLast) return;
  }
}

/** One page of changes as it was answered; `configOf` fetches what is left out of it. */
interface Answered extends Page<Omit<ChangedProject, "config">> {
  readonly revision: number;
  readonly globalRulesRevision: number;
  readonly limitTiers: ChangePage["limitTiers"];
  readonly egressFingerprint: string;
  readonly configOf: (id: string) => Promise<ProjectConfig | null>;
}

interface PageVariables {
  readonly sinceRevision: number;
  readonly shard: string | undefined;
  readonly first: number;
  readonly after: string | null;
}

async function completePage(graph: Graph, variables: PageVariables, options?: CallOptions): Promise<Answered> {
  const { changedProjects, ...rest } = await graph.request(ListChangedProjectsDocument, variables, options);
  const found = new Map(changedProjects.nodes.map(({ id, project }) => [id, project]));
  const configOf = async (id: string) => {
    const project = found.get(id);
    return project == null ? null : complete(graph, project, options);
  };
  return { ...changedProjects, ...common(rest), configOf };
}

async function settingsPage(graph: Graph, variables: PageVariables, options?: CallOptions): Promise<Answered> {
  const { changedProjects, ...rest } = await graph.request(ListChangedProjectSettingsDocument, variables, options);
  const found = new Map(changedProjects.nodes.map(({ id, project }) => [id, project]));
  const configOf = async (id: string) => {
    const project = found.get(id);
    if (project == null) return null;
    return { ...project, scrapeJobs: [], rules: [], contactGroups: [], overriddenGlobalRules: [] };
  };
  return { ...changedProjects, ...common(rest), configOf };
}

async function revisionsOnly(graph: Graph, sinceRevision: number, options?: CallOptions): Promise<Answered> {
  const { changedProjects, ...rest } = await graph.request(GetNewestRevisionsDocument, { sinceRevision }, options);
  const pageInfo = { hasNextPage: false, endCursor: null };
  return { ...changedProjects, ...common(rest), nodes: [], pageInfo, configOf: async () => null };
}

function common({
  limitTiers,
  egressPolicy,
}: Pick<ListChangedProjectsData, "limitTiers" | "egressPolicy">): Pick<Answered, "limitTiers" | "egressFingerprint"> {
  return { limitTiers, egressFingerprint: egressPolicy.fingerprint };
}

async function allGlobalRules(graph: Graph, options?: CallOptions): Promise<GlobalRule[]> {
  const rules: GlobalRule[] = [];
  for await (const rule of new GlobalRules(graph).list({}, options)) rules.push(rule);
  return rules;
}

/** The complete configuration of one project; null when it is deleted. */
export async function projectConfig(graph: Graph, id: string, options?: CallOptions): Promise<ProjectConfig | null> {
  const { node } = await graph.request(GetProjectConfigDocument, { id }, options);
  const project = nodeOf(node, "Project");
  return project === null ? null : complete(graph, project, options);
}

/**
 * A project with its lists fetched to their end: one request per hundred further entries of the longest list. Null when it
 * is deleted in the meantime.
 */
async function complete(
  graph: Graph,
  project: ProjectFirstPages,
  options?: CallOptions,
): Promise<ProjectConfig | null> {
  const { id, name } = project;
  const scrapeJobs = new Gathered(project.scrapeJobs);
  const rules = new Gathered(project.rules);
  const contactGroups = new Gathered(requireReadable(project.contactGroups, "contact groups", name));
  while (scrapeJobs.cursor !== null || rules.cursor !== null || contactGroups.cursor !== null) {
    const variables = {
      id,
      scrapeJobsAfter: scrapeJobs.cursor,
      rulesAfter: rules.cursor,
      contactGroupsAfter: contactGroups.cursor,
      withScrapeJobs: scrapeJobs.cursor !== null,
      withRules: rules.cursor !== null,
      withContactGroups: contactGroups.cursor !== null,
    };
    const more = (await graph.request(ListMoreOfProjectDocument, variables, options)).node;
    if (more?.__typename !== "Project") return null;
    if (more.scrapeJobs) scrapeJobs.add(more.scrapeJobs);
    if (more.rules) rules.add(more.rules);
    if (more.contactGroups) contactGroups.add(more.contactGroups);
  }
  return { ...project, scrapeJobs: scrapeJobs.items, rules: rules.items, contactGroups: contactGroups.items };
}

/** What a token of an agent may read; without it a project would look as if it had none. */
function requireReadable<T>(value: T | null, what: string, project: string): T {
  if (value !== null) return value;
  throw new ForbiddenError(`this token may not read the ${what} of the project ${project}`, { code: "FORBIDDEN" });
}

/** The items of a list that comes in pages, and where its next page begins; null after the last. */
class Gathered<Item> {
  readonly items: Item[] = [];
  readonly #seen = new Set<string>();
  cursor: string | null = null;

  constructor(first: Page<Item>) {
    this.add(first);
  }

  add(page: Page<Item>): void {
    for (const item of page.nodes) this.items.push(item);
    this.cursor = page.pageInfo.hasNextPage ? nextCursor(page, this.#seen) : null;
  }
}
