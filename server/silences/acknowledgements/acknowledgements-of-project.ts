import type { Act } from "../../audit/change.js";
import { altered } from "../../core/database/stored.js";
import type { Project } from "../../projects/project.js";
import type { ProjectContents } from "../../projects/project-contents.js";
import { neverEnded } from "./acknowledgement.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";
import type { ActiveAcknowledgements } from "./active-acknowledgements.js";
import { actOf } from "./describe-acknowledgement.js";

/** Ends the acknowledgements of a project that is deleted. Their silences are ended by the upkeep, as those of any that ended. */
export class AcknowledgementsOfProject implements ProjectContents {
  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly active: ActiveAcknowledgements,
    private readonly now: () => Date,
  ) {}

  async removeOf({ id }: Project): Promise<readonly Act[]> {
    const revision = await this.repository.takeRevision();
    const ended = await this.repository.endOfProject(id, revision, this.now());
    return ended.map((one) => {
      const before = altered(one, { untilAt: neverEnded, endReason: null, version: one.version - 1 });
      return actOf(before, one);
    });
  }

  async afterRemoval(): Promise<void> {
    // What cannot be read now is read with the next change.
    await this.active.refresh().catch(() => undefined);
  }
}
