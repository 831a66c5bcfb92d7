import type { Project } from "./project.js";
import type { ProjectSettings } from "./project-settings.js";

const dayMs = 86_400_000;

/** The time in which a deleted project can be brought back with all that went with it. */
export class GraceTime {
  readonly #ms: number;

  constructor(
    { graceDays }: ProjectSettings,
    private readonly now: () => Date,
  ) {
    this.#ms = graceDays * dayMs;
  }

  /** Who was deleted before this can be brought back no more. */
  get beginsAt(): Date {
    return new Date(this.now().getTime() - this.#ms);
  }

  /** Until when a project that was deleted at a time can be brought back. */
  endOf(deletedAt: Date): Date {
    return new Date(deletedAt.getTime() + this.#ms);
  }

  /** Whether the deleted project can be brought back no more. */
  isOver({ deletedAt, purgedAt }: Project): boolean {
    return purgedAt !== null || (deletedAt !== null && deletedAt < this.beginsAt);
  }
}
