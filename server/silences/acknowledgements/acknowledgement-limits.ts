import type { Caller } from "../../access/caller.js";
import type { UserError } from "../../graph/user-error.js";
import type { LimitService } from "../../projects/limit-service.js";
import type { ProjectService } from "../../projects/project-service.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";

/** So long an Alertmanager keeps silences that have ended, unless it is told otherwise. */
const keptMs = 5 * 86_400_000;

/** How many more a project may acknowledge. */
export interface Room {
  /** Takes a place for one; what speaks against it, or null. */
  admit(projectId: string | null, path: readonly string[]): UserError | null;
}

/**
 * The limit of projects on acknowledgements, each of which may have a silence of its own: so many in force, and ten times as
 * many made within the days in which Alertmanager keeps what has ended. Their silences count against no other limit.
 */
export class AcknowledgementLimits {
  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly active: ActiveAcknowledgements,
    private readonly projects: ProjectService,
    private readonly limits: LimitService,
    private readonly now: () => Date,
  ) {}

  /** How much room these projects have; to be asked inside the transaction that takes it, where nobody else does meanwhile. */
  async room(caller: Caller, projectIds: readonly string[]): Promise<Room> {
    const counts = await this.repository.countsOf(projectIds, new Date(this.now().getTime() - keptMs));
    const left = new Map<string, { most: number; inForce: number; made: number }>();
    for (const id of projectIds) {
      const { acknowledgements: most } = this.limits.of(await this.projects.require(caller, id));
      left.set(id, { most, ...(counts.get(id) ?? { inForce: 0, made: 0 }) });
    }
    return {
      admit: (projectId, path) => {
        const room = projectId === null ? undefined : left.get(projectId);
        if (room === undefined) return null;
        const message = messageOf(room);
        if (message !== null) return this.limits.refused("acknowledgements", message, path);
        room.inForce++;
        room.made++;
        return null;
      },
    };
  }

  /** How many of the project's alerts are acknowledged. */
  usage(projectId: string): number {
    return this.active.countOf(projectId);
  }
}

function messageOf({ most, inForce, made }: { most: number; inForce: number; made: number }): string | null {
  if (inForce >= most) {
    return `The project may have ${most} acknowledgements in force, and has as many. Silence what belongs together, or ask an operator for a larger tier.`;
  }
  if (made < 10 * most) return null;
  return `The project has made ${made} acknowledgements within five days, of ${10 * most} that it may. Silence what comes again and again, or ask an operator for a larger tier.`;
}
