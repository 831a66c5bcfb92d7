import { setImmediate as nextTurn } from "node:timers/promises";
import type { ChangePage } from "@metricsinfra/sdk";
import { isProjectName } from "../render/names.js";
import type { RenderedProject } from "../render/render-project.js";
import { renderGlobalRuleFile } from "../render/rule-file.js";
import type { ConfigSource } from "./config-source.js";
import type { ProjectConfig } from "./project-config.js";

/** What the server has that the files may not have yet, rendered. */
export interface Changes {
  /** Whether this is all there is: what is on the disk and not in here is no more. */
  readonly full: boolean;
  readonly revision: number;
  readonly projects: readonly RenderedProject[];
  readonly deleted: readonly { readonly id: string; readonly name: string }[];
  /** The text of the global rules' file, null when it is to hold none; undefined when they have not changed. */
  readonly globalRules?: string | null;
}

/** After so many projects the event loop turns: else the request for the next page would not leave before this one is done. */
const projectsPerTurn = 10;

/**
 * Fetches what changed since a revision, or all of it for 0, and renders each page while the next one is on its way. A
 * server that is behind that revision, for example one restored from a backup, is asked for everything.
 */
export async function fetchChanges(
  source: ConfigSource,
  sinceRevision: number,
  render: (project: ProjectConfig) => RenderedProject,
): Promise<Changes> {
  const latest = new Map<string, { readonly id: string; readonly rendered: RenderedProject | undefined }>();
  let first: ChangePage | undefined;
  let globalRules: ChangePage["globalRules"] = null;
  for await (const page of source.changes({ sinceRevision, globalRules: true })) {
    // The first page's revision: what changes while the others are fetched is simply fetched again next time.
    first ??= page;
    if (!Number.isInteger(page.revision)) throw new Error("the server's answer names no revision");
    if (first.revision < sinceRevision) return fetchChanges(source, 0, render);
    globalRules = page.globalRules ?? globalRules;
    for (const [index, { id, name, config }] of page.projects.entries()) {
      if (index % projectsPerTurn === 0) await nextTurn();
      // In order of revision, so of a project that was deleted and made again under its name the living one stays.
      latest.set(name, { id, rendered: config === null ? undefined : render(config) });
    }
  }
  if (first === undefined) throw new Error("the server gave no page of changes");
  const full = sinceRevision === 0;
  return {
    full,
    revision: first.revision,
    projects: [...latest.values()].flatMap(({ rendered }) => rendered ?? []),
    deleted: [...latest].flatMap(([name, { id, rendered }]) => {
      return rendered === undefined && isProjectName(name) ? [{ id, name }] : [];
    }),
    ...(globalRules === null && !full ? {} : { globalRules: renderGlobalRuleFile(globalRules ?? []) ?? null }),
  };
}
