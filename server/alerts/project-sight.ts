import type { Caller } from "../access/caller.js";
import type { ProjectService } from "../projects/project-service.js";

/** Which projects' alerts a caller may see, by the projects' names, because that is what alerts carry. */
export interface ProjectSight {
  /** Whether alerts of this project are visible; "" stands for alerts that belong to none. */
  readonly sees: (projectName: string) => boolean;
  /** The names of the caller's projects; null when the caller sees every project. */
  readonly names: ReadonlySet<string> | null;
  /** Whether alerts and silences that belong to no project are visible in full. */
  readonly platform: boolean;
}

/** Finds out, in one statement at most, what the caller may see. */
export async function sightOf(caller: Caller, projects: ProjectService): Promise<ProjectSight> {
  const platform = caller.may("platform.read");
  const readable = caller.projectsFor("project.read");
  if (readable === "all") return { sees: (name) => name !== "" || platform, names: null, platform };
  const found = await Promise.all(readable.map((id) => projects.find(caller, id)));
  const names = new Set(found.flatMap((project) => project?.name ?? []));
  return { sees: (name) => (name === "" ? platform : names.has(name)), names, platform };
}
