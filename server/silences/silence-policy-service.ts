import type { Caller } from "../access/caller.js";
import type { Alert } from "../alerts/alert.js";
import type { SilenceText } from "../clients/alertmanager-client.js";
import { parseDuration } from "../core/duration.js";
import { UpstreamUnavailableError } from "../core/errors.js";
import type { TextPredicate } from "../core/regex.js";
import type { UserErrors } from "../graph/user-error.js";
import { commentTest } from "./comment-test.js";
import type { Silence } from "./silence.js";
import { labelsThatNarrow } from "./silence-breadth.js";
import type { SilenceConfirmation, SilencePolicy } from "./silence-policy.js";
import { areSameMatchers } from "./silence-scope.js";
import type { SilenceService } from "./silence-service.js";
import type { SilenceSettings } from "./silence-settings.js";

/** What a silence is to be. */
export interface Proposal {
  /** What it is now; null for a new one. */
  readonly before: Silence | null;
  readonly cluster: string;
  readonly text: SilenceText;
  /** How many alerts the writer knows that it matches. */
  readonly confirmAlerts?: number | null | undefined;
}

/** The operators' policy: asked of whatever makes a silence reach further than it did, and never of what makes it reach less. */
export class SilencePolicyService {
  readonly #acceptsComment: TextPredicate;

  constructor(
    private readonly settings: SilenceSettings,
    private readonly silences: SilenceService,
    private readonly now: () => Date,
  ) {
    const { commentPattern } = settings;
    this.#acceptsComment = commentPattern === undefined ? () => true : commentTest(commentPattern);
  }

  /** What holds for the caller in a project; without one, over all projects. */
  of(caller: Caller, projectId: string | null): SilencePolicy {
    const { longestDuration, commentPattern, commentHint, leastMatchers, confirmAbove } = this.settings;
    const role = roleOf(caller, projectId);
    return {
      longestDuration: role && longestDuration[role],
      commentPattern: commentPattern ?? null,
      commentHint: commentHint ?? null,
      leastMatchers,
      confirmAboveAlerts: confirmAbove?.alerts ?? null,
      confirmAboveProjects: confirmAbove?.projects ?? null,
    };
  }

  /** Tells what speaks against a silence that the caller may write. */
  async check(caller: Caller, { before, cluster, text, confirmAlerts }: Proposal, errors: UserErrors): Promise<void> {
    const { matchers, startsAtMs, endsAtMs, comment } = text;
    const isRematched = before === null || !areSameMatchers(before.matchers, matchers);
    const isProlonged = before === null || startsAtMs < before.text.startsAtMs || endsAtMs > before.text.endsAtMs;
    if (isRematched || isProlonged) await this.#checkDuration(caller, text, errors);
    if (comment !== before?.comment) this.#checkComment(comment, errors);
    if (!isRematched) return;
    errors.check(this.tooFewMatchers(caller, matchers), ["input", "matchers"], "POLICY");
    if (errors.any || this.settings.confirmAbove === undefined) return;
    const hits = await this.silences.hitsOf(caller, { cluster, matchers });
    if (hits === null) throw new UpstreamUnavailableError("No Alertmanager has told which alerts there are.");
    if (confirms(confirmAlerts, hits.length)) return;
    errors.check(this.confirmation(hits)?.message ?? null, ["input", "confirmAlerts"], "CONFIRMATION_REQUIRED");
  }

  /** Says that these matchers single alerts out by fewer labels than they must, or null. */
  tooFewMatchers({ matching }: Caller, matchers: Silence["matchers"]): string | null {
    const { leastMatchers } = this.settings;
    const count = leastMatchers === 0 ? 0 : labelsThatNarrow(matchers, matching).size;
    if (count >= leastMatchers) return null;
    return `The matchers must single alerts out by at least ${counted(leastMatchers, "label")} besides "project", and do so by ${count}. One that takes alerts without the label, or any value of it, does not count.`;
  }

  /** What is to be confirmed of a silence that matches these alerts; null when nothing is. */
  confirmation(hits: readonly Alert[]): SilenceConfirmation | null {
    const { confirmAbove } = this.settings;
    const projects = new Set(hits.map(({ projectName }) => projectName).filter((name) => name !== "")).size;
    if (confirmAbove === undefined || (hits.length <= confirmAbove.alerts && projects <= confirmAbove.projects)) {
      return null;
    }
    const alerts = hits.length;
    const message = `It matches ${counted(alerts, "alert")} in ${counted(projects, "project")}. If that is meant, send \`confirmAlerts: ${alerts}\`.`;
    return { alerts, projects, message };
  }

  async #checkDuration(caller: Caller, { matchers, startsAtMs, endsAtMs }: SilenceText, errors: UserErrors) {
    const { longestDuration } = this.of(caller, await this.silences.projectIdOf(caller, matchers));
    const fromMs = Math.max(this.now().getTime(), startsAtMs);
    if (longestDuration === null || endsAtMs - fromMs <= (parseDuration(longestDuration) ?? 0)) return;
    const message = `A silence of yours may be in force for ${longestDuration} at most, counted from now, or from its start where that is still to come.`;
    errors.add("POLICY", message, ["input", "endsAt"]);
  }

  #checkComment(comment: string, errors: UserErrors): void {
    if (this.#acceptsComment(comment)) return;
    const { commentPattern, commentHint } = this.settings;
    const message = `The comment must hold what the pattern ${commentPattern} matches.`;
    errors.add("POLICY", commentHint === undefined ? message : `${message} ${commentHint}`, ["input", "comment"]);
  }
}

function roleOf(caller: Caller, projectId: string | null): keyof SilenceSettings["longestDuration"] | null {
  if (caller.may("silence.writePlatform")) return "OPERATOR";
  const role = projectId !== null && caller.may("silence.write", projectId) ? caller.roleIn(projectId) : null;
  return role === "VIEWER" ? null : role;
}

/** Alerts come and go between the preview and the write. */
function confirms(confirmed: number | null | undefined, matched: number): boolean {
  if (confirmed == null) return false;
  const [more, fewer] = [Math.max(5, confirmed / 10), Math.max(5, confirmed / 2)];
  return matched <= confirmed + more && matched >= confirmed - fewer;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
