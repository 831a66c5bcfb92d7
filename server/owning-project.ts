import type { Caller } from "./access/caller.js";
import { Alert } from "./alerts/alert.js";
import type { Node } from "./graph/node.js";
import { Project } from "./projects/project.js";
import { Silence } from "./silences/silence.js";
import type { SilenceService } from "./silences/silence-service.js";

/** The id of the project that an object belongs to, itself for a project; null for what belongs to none, or to several. */
export async function owningProject(
  caller: Caller,
  object: Node | null,
  silences: SilenceService,
): Promise<string | null> {
  if (object instanceof Project) return object.id;
  if (object instanceof Alert) {
    const ofProject = { name: "project", value: object.projectName, isRegex: false, isEqual: true };
    return silences.projectIdOf(caller, [ofProject]);
  }
  if (object instanceof Silence) return silences.projectIdOf(caller, object.matchers);
  return object !== null && "projectId" in object && typeof object.projectId === "string" ? object.projectId : null;
}
