import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChangePage } from "@metricsinfra/sdk";
import { isProjectName } from "../render/names.js";
import type { RenderedProject } from "../render/render-project.js";
import { type GlobalRuleMode, renderGlobalRuleFile } from "../render/rule-file.js";
import type { ConfigSource } from "./config-source.js";
import type { GlobalRuleConfig, ProjectConfig } from "./project-config.js";

/** What the server has that the files may not have yet, rendered. */
export interface Changes {
  /** Whether this is all there is: what is on the disk and not in here is no more. */
  readonly full: boolean;
  /** The revision that it begins after. */
  readonly sinceRevision: number;
  readonly revision: number;
  readonly projects: readonly RenderedProject[];
  readonly deleted: readonly { readonly id: string; readonly name: string; readonly movedAway: boolean }[];
  /** By mode the text of the global rules' file, null when it is to hold none; undefined when they have not changed. */
  readonly globalRules?: Readonly<Record<GlobalRuleMode, string | null>>;
  /** The revision to fetch from again for what could not be read now; undefined when all could. */
  readonly retryFrom?: number | undefined;
}

/** Which changes to fetch. */
export interface Since {
  /** Fetched is what came after this revision; all of it for 0. */
  readonly sinceRevision: number;
  /** The ids of projects that are to be rendered again although they have not changed. */
  readonly stale: readonly string[];
  /** The revision that the files hold: a server that is behind it, for example restored from a backup, is asked for everything. */
  readonly knownRevision: number;
}

/** What is made of an answer, once its limit tiers and its egress policy are known. */
export interface Plan {
  /** Whether the files hold what the known revision did, rendered as it would be now. */
  readonly isKnown: boolean;
  /** Called before these projects are rendered. */
  readonly prepare: (projects: readonly ProjectConfig[]) => Promise<void>;
  readonly render: (project: ProjectConfig) => RenderedProject;
}

/** After so many projects the event loop turns: else the request for the next page would not leave before this one is done. */
const projectsPerTurn = 10;

interface Latest {
  readonly id: string;
  readonly revision: number;
  readonly rendered: RenderedProject | undefined;
  readonly movedAway: boolean;
}

/**
 * Fetches what changed since a revision, and renders each page while the next one is on its way; or all of it, when the
 * first page says that the files were rendered by other limit tiers or another egress policy.
 */
export async function fetchChanges<P extends Plan>(
  source: ConfigSource,
  { sinceRevision, knownRevision, stale }: Since,
  planFor: (first: ChangePage) => Promise<P>,
): Promise<{ readonly changes: Changes; readonly plan: P }> {
  const latest = new Map<string, Latest>();
  let first: { readonly revision: number; readonly plan: P } | undefined;
  let globalRules: ChangePage["globalRules"] = null;
  for await (const page of source.changes({ sinceRevision })) {
    if (!Number.isInteger(page.revision)) throw new Error("the server's answer names no revision");
    // The first page's revision and plan: what changes while the others are fetched is simply fetched again next time.
    first ??= { revision: page.revision, plan: await planFor(page) };
    const { plan } = first;
    if (first.revision < knownRevision || (sinceRevision > 0 && !plan.isKnown)) {
      return fetchChanges(source, { sinceRevision: 0, knownRevision: 0, stale: [] }, planFor);
    }
    globalRules = page.globalRules ?? globalRules;
    await plan.prepare(page.projects.flatMap(({ config }) => config ?? []));
    for (const [index, { id, name, revision, movedAway, config }] of page.projects.entries()) {
      if (index % projectsPerTurn === 0) await nextTurn();
      // In order of revision, so of a project that was deleted and made again under its name the living one stays.
      const rendered = config === null ? undefined : plan.render(config);
      latest.set(name, { id, revision, rendered, movedAway });
    }
  }
  if (first === undefined) throw new Error("the server gave no page of changes");
  const fetched = new Set([...latest.values()].map(({ id }) => id));
  for (const id of stale.filter((each) => !fetched.has(each))) {
    const config = await source.projectConfig(id);
    if (config === null) continue;
    await first.plan.prepare([config]);
    latest.set(config.name, { id, revision: config.revision, rendered: first.plan.render(config), movedAway: false });
  }
  const full = sinceRevision === 0;
  const incomplete = [...latest.values()].filter(({ rendered }) => rendered !== undefined && rendered.keeps.length > 0);
  const changes = {
    full,
    sinceRevision,
    revision: first.revision,
    projects: [...latest.values()].flatMap(({ rendered }) => rendered ?? []),
    deleted: [...latest].flatMap(([name, { id, rendered, movedAway }]) => {
      return rendered === undefined && isProjectName(name) ? [{ id, name, movedAway }] : [];
    }),
    retryFrom: incomplete.length === 0 ? undefined : Math.min(...incomplete.map(({ revision }) => revision)) - 1,
    ...(globalRules === null && !full ? {} : { globalRules: globalRuleFiles(globalRules ?? []) }),
  };
  return { changes, plan: first.plan };
}

function globalRuleFiles(rules: readonly GlobalRuleConfig[]): Changes["globalRules"] {
  return {
    PER_PROJECT: renderGlobalRuleFile(rules, "PER_PROJECT") ?? null,
    GLOBAL: renderGlobalRuleFile(rules, "GLOBAL") ?? null,
  };
}
