import type { Caller } from "../../access/caller.js";
import { ForbiddenError, NotFoundError } from "../../core/errors.js";
import type { Acknowledgement } from "./acknowledgement.js";

// Acknowledgements are seen and written as silences are: those of a project's alerts by whoever sees and silences these,
// those of alerts that belong to none as platform silences are.

/** Whether the caller sees the acknowledgements of this project's alerts; null stands for alerts that belong to none. */
export function maySee(caller: Caller, projectId: string | null): boolean {
  return projectId === null ? caller.may("platform.read") : caller.may("project.read", projectId);
}

/** It, or null where the caller does not see it: rights may have gone since a request that is repeated. */
export function seenBy(caller: Caller, one: Acknowledgement | null): Acknowledgement | null {
  return one !== null && maySee(caller, one.projectId) ? one : null;
}

/** Whether the caller may write them. */
export function mayWrite(caller: Caller, projectId: string | null): boolean {
  return projectId === null ? caller.may("silence.writePlatform") : caller.may("silence.write", projectId);
}

/** Throws NOT_FOUND, as for one that is absent, where the caller does not see it; FORBIDDEN where that is all that it may. */
export function requireWritable(caller: Caller, projectId: string | null): void {
  if (!maySee(caller, projectId)) throw new NotFoundError("Acknowledgement");
  if (!mayWrite(caller, projectId)) {
    throw new ForbiddenError(`This acknowledgement is not for ${caller.principal.name} to change.`);
  }
}
