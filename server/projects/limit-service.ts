import type { Caller } from "../access/caller.js";
import type { UserError } from "../graph/user-error.js";
import type { Limits, LimitTier, LimitTiers, ProjectLimits } from "./limit-tier.js";
import type { Project } from "./project.js";
import type { ProjectRepository } from "./project-repository.js";

/** What is counted against a limit, in the words of the message about it. */
const counted = {
  scrapeJobs: "scrape jobs",
  targets: "static targets",
  rules: "rules",
  contactGroups: "contact groups",
  contacts: "contacts",
  silences: "active or pending silences",
  acknowledgements: "acknowledgements in force",
  apiTokens: "valid API tokens",
} as const satisfies Partial<Record<keyof Limits, string>>;

/** A limit on how many of something a project has. */
export type CountLimit = keyof typeof counted;

/** The limits on how many of something a project has. */
export const countLimits = Object.keys(counted) as readonly CountLimit[];

/** That a project would have more of something. */
export interface Growth {
  readonly limit: CountLimit;
  /** By how many; nothing speaks against 0 and less, so that what is over a lowered limit can still be changed. */
  readonly by: number;
  /** How many it has now. */
  readonly used: () => Promise<number>;
  /** Where in the input they are asked for. */
  readonly path: readonly string[];
}

/** What projects may have and cost: the tiers of the settings, which name holds for whom, and when growth is too much. */
export class LimitService {
  readonly #tiers: LimitTiers;

  constructor(
    tiers: LimitTiers,
    private readonly repository: ProjectRepository,
    private readonly onRefusal: (limit: CountLimit) => void,
  ) {
    this.#tiers = tiers;
  }

  /** All tiers, by name. */
  list(caller: Caller): readonly LimitTier[] {
    caller.requireAnywhere("project.read");
    return this.#names.map((name) => ({ ...this.#tierOf(name), name }));
  }

  /** The limits that hold for a project: those of its tier, or of `default` when the settings do not know that. */
  of({ limitTier }: Pick<Project, "limitTier">): ProjectLimits {
    if (this.#isKnown(limitTier)) return { ...this.#tierOf(limitTier), tier: limitTier, problem: null };
    const problem = `The server's settings hold no limit tier "${limitTier}"; the limits of "default" apply.`;
    return { ...this.#tiers.default, tier: "default", problem };
  }

  /** Says why a project cannot have this tier, or null. */
  checkTier(name: string): string | null {
    if (this.#isKnown(name)) return null;
    return `There is no such limit tier. Name one of these: ${this.#names.join(", ")}.`;
  }

  /**
   * The first growth that would exceed its limit, as a mistake, or null. To be asked inside the transaction that lets
   * the project grow, after its first lock was taken: else growths at the same time pass one another.
   */
  async refusal(projectId: string, growths: readonly Growth[]): Promise<UserError | null> {
    const real = growths.filter(({ by }) => by > 0);
    const project = real.length === 0 ? null : await this.repository.find(projectId);
    return project && this.refusalIn(project, real);
  }

  /** Like `refusal`, also for a project that is about to be there again. */
  async refusalIn(project: Project, growths: readonly Growth[]): Promise<UserError | null> {
    const limits = this.of(project);
    for (const { limit, by, used, path } of growths.filter((growth) => growth.by > 0)) {
      const now = await used();
      if (now + by <= limits[limit]) continue;
      const what = counted[limit];
      const message = `The project may have ${limits[limit]} ${what} (limit tier "${limits.tier}"); it has ${now}, and this adds ${by}. Remove some that are not needed, or ask an operator for a larger tier.`;
      return this.refused(limit, message, path);
    }
    return null;
  }

  /** A refusal for this limit in words of the caller's own, counted like any other. */
  refused(limit: CountLimit, message: string, path: readonly string[]): UserError {
    this.onRefusal(limit);
    return { code: "LIMIT", message, path };
  }

  get #names(): readonly string[] {
    return Object.keys(this.#tiers).sort();
  }

  #isKnown(name: string): boolean {
    return Object.hasOwn(this.#tiers, name);
  }

  #tierOf(name: string): Limits {
    return this.#tiers[name] ?? this.#tiers.default;
  }
}
