import type { Caller } from "../access/caller.js";
import type { Alert } from "../alerts/alert.js";
import type { UserErrors } from "../graph/user-error.js";
import type { Silence } from "./silence.js";
import { labelsThatNarrow } from "./silence-breadth.js";
import { outOfScope } from "./silence-drafts.js";
import type { SilenceReach } from "./silence-hits.js";
import type { SilencePolicyService } from "./silence-policy-service.js";
import type { SilenceProblem, SilenceProblemCode } from "./silence-problem.js";
import { isForOneProject, projectLabel, projectOf } from "./silence-scope.js";
import type { SilenceService } from "./silence-service.js";

/** A silence that could be written, and what it would match. */
export interface Draft {
  /** The silence that it changes; null for a new one. */
  readonly before: Silence | null;
  /** Whether its matchers are to be written, not only kept. */
  readonly isRematched: boolean;
  readonly reach: SilenceReach;
  /** As far as the caller may see them. */
  readonly hits: readonly Alert[];
}

/** Judges silences before they are written. */
export class SilenceProblems {
  constructor(
    private readonly silences: SilenceService,
    private readonly policy: SilencePolicyService,
  ) {}

  /** What there is to say about one whose matchers could be read. */
  async of(caller: Caller, draft: Draft): Promise<readonly SilenceProblem[]> {
    const { reach, hits, isRematched } = draft;
    const isForOne = isForOneProject(reach.matchers, caller.matching);
    return [
      ...blocking("NOT_ALLOWED", await this.#refusal(caller, draft)),
      ...blocking("POLICY", isRematched ? this.policy.tooFewMatchers(caller, reach.matchers) : null),
      ...telling("MATCHES_NOTHING", hits.length === 0 ? "It matches no alert now, as far as you may read them." : null),
      ...telling("TOO_BROAD", await this.#breadth(caller, draft)),
      ...telling("COVERS_SEVERAL_PROJECTS", isForOne ? null : "It is not for one project alone."),
    ];
  }

  async #refusal(caller: Caller, { before, reach }: Draft): Promise<string | null> {
    if (before?.state === "EXPIRED") return "The silence has expired, and cannot be changed. Create a new one.";
    if (before !== null && !(await this.silences.mayWrite(caller, before.matchers))) {
      return "This silence is not for you to change.";
    }
    return (await this.silences.mayWrite(caller, reach.matchers)) ? null : outOfScope;
  }

  async #breadth(caller: Caller, { reach, hits }: Draft): Promise<string | null> {
    if (labelsThatNarrow(reach.matchers, caller.matching).size === 0) {
      return "It matches all that there is: its matchers take any value, or alerts without the label.";
    }
    const name = projectOf(reach.matchers);
    if (name === null || new Set(hits.map((alert) => alert.name)).size < 2) return null;
    const own = { name: projectLabel, value: name, isRegex: false, isEqual: true };
    const all = await this.silences.hitsOf(caller, { cluster: reach.cluster, matchers: [own] });
    return all?.length === hits.length ? `It matches every alert of the project, ${hits.length} of them.` : null;
  }
}

/** What is wrong with an input that could not be read. */
export function invalid(errors: UserErrors): readonly SilenceProblem[] {
  return errors.list.map(({ message, path }) => ({ code: "INVALID", message, blocks: true, path }));
}

function blocking(code: SilenceProblemCode, message: string | null): readonly SilenceProblem[] {
  return message === null ? [] : [{ code, message, blocks: true, path: ["input", "matchers"] }];
}

function telling(code: SilenceProblemCode, message: string | null): readonly SilenceProblem[] {
  return message === null ? [] : [{ code, message, blocks: false, path: ["input", "matchers"] }];
}
