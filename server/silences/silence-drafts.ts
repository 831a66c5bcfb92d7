import type { Caller } from "../access/caller.js";
import type { Action } from "../access/policy.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import { UpstreamUnavailableError } from "../core/errors.js";
import { requireId } from "../core/ids.js";
import type { UserErrors } from "../graph/user-error.js";
import type { ProjectService } from "../projects/project-service.js";
import type { Silence } from "./silence.js";
import type { SilenceService } from "./silence-service.js";

/** Reads what a silence is to be for: whose alerts, and in which cluster. */
export class SilenceDrafts {
  constructor(
    private readonly silences: SilenceService,
    private readonly projects: ProjectService,
    private readonly live: LiveAlerts,
  ) {}

  /** The name of the project that was given, if any, in which the caller must be allowed to do `action`. */
  async projectName(caller: Caller, id: string | null | undefined, action: Action): Promise<string | null> {
    if (id == null) return null;
    caller.requireIn(requireId("prj", id, ["input", "project"]), action, "Project");
    return (await this.projects.require(caller, id)).name;
  }

  /** The cluster with this name, or the only one; null when the mistake is told. */
  cluster(name: string | null | undefined, errors: UserErrors): string | null {
    const names = this.live.health.map((cluster) => cluster.name);
    const [only, ...others] = names;
    if (only === undefined) throw new UpstreamUnavailableError("No Alertmanager is configured.");
    if (name == null && others.length === 0) return only;
    if (name != null && names.includes(name)) return name;
    errors.add("INVALID", `Name one of the Alertmanager clusters: ${names.join(", ")}.`, ["input", "cluster"]);
    return null;
  }

  /** Tells when these matchers are not for the caller to write. */
  async checkScope(caller: Caller, matchers: Silence["matchers"], errors: UserErrors): Promise<void> {
    if (!(await this.silences.mayWrite(caller, matchers))) errors.add("INVALID", outOfScope, ["input", "matchers"]);
  }
}

/** Why somebody may not write a silence. */
export const outOfScope =
  'A silence must be for exactly one project whose silences you may write: one matcher project="name", and no other on that label.';
