import type { Caller } from "../access/caller.js";
import type { Alert } from "../alerts/alert.js";
import type { AlertService } from "../alerts/alert-service.js";
import type { LiveAlerts } from "../alerts/live-alerts.js";
import type { InhibitionRule } from "../alerts/reading/routing-config.js";
import { labelValue } from "../core/matcher.js";
import type { Matching } from "../core/matching.js";
import type { Acknowledgement } from "./acknowledgements/acknowledgement.js";
import type { QuietReason } from "./quiet-reason.js";
import type { Silence } from "./silence.js";
import { alertsMatchedBy, projectOf } from "./silence-scope.js";
import type { SilenceService } from "./silence-service.js";

/** Finds the acknowledgement in force of an alert. */
export type AcknowledgementOf = (caller: Caller, alert: Alert) => Acknowledgement | null;

/** Says why an alert is quiet: everything that keeps it so, and whose that is. */
export class QuietReasonService {
  constructor(
    private readonly live: LiveAlerts,
    private readonly alerts: AlertService,
    private readonly silences: SilenceService,
    private readonly acknowledgementOf: AcknowledgementOf,
  ) {}

  /** Of an alert that is visible to the caller. */
  async list(caller: Caller, alert: Alert): Promise<readonly QuietReason[]> {
    const acknowledgement = this.acknowledgementOf(caller, alert);
    const silences = await this.silences.listOfAlert(alert);
    const reasons = silences.map((silence) => ofSilence(alert, silence, acknowledgement));
    const isWaiting = acknowledgement?.quiet && !reasons.some(({ kind }) => kind === "ACKNOWLEDGEMENT");
    return [
      ...reasons,
      // Its silence is not written yet, or was expired by hand.
      ...(isWaiting ? [ofAcknowledgement(acknowledgement)] : []),
      ...(await this.#inhibitions(caller, alert)),
      ...alert.mutedBy.map((muteTiming) => ({
        ...nothing,
        kind: "MUTE_TIMING" as const,
        isPlatform: true,
        muteTiming,
      })),
    ];
  }

  async #inhibitions(caller: Caller, alert: Alert): Promise<readonly QuietReason[]> {
    if (alert.inhibitors.length === 0) return [];
    const snapshot = await this.live.snapshot();
    const visible = new Set(await this.alerts.inhibitorsOf(caller, alert));
    const rules = this.live.routing
      .filter(({ cluster }) => alert.clusters.includes(cluster))
      .flatMap(({ config }) => config?.inhibitionRules ?? []);
    return alert.inhibitors.map((fingerprint) => {
      const source = snapshot?.alert(fingerprint);
      const rule = source && rules.find((one) => inhibits(one, source, alert, caller.matching));
      return {
        ...nothing,
        kind: "INHIBITION",
        isPlatform: true,
        matchers: rule?.target ?? [],
        equalLabels: rule?.equal ?? [],
        inhibitor: source && visible.has(source) ? source : null,
      };
    });
  }
}

const nothing = {
  by: null,
  until: null,
  isPlatform: false,
  matchers: [],
  equalLabels: [],
  silence: null,
  acknowledgement: null,
  inhibitor: null,
  muteTiming: null,
} as const;

function ofSilence(alert: Alert, silence: Silence, acknowledgement: Acknowledgement | null): QuietReason {
  const { uuid, matchers } = silence;
  const isManaged = acknowledgement?.places.some(({ silenceId }) => silenceId === uuid) ?? false;
  if (isManaged && acknowledgement) return { ...ofAcknowledgement(acknowledgement), matchers, silence };
  return {
    ...nothing,
    kind: "SILENCE",
    by: silence.createdBy,
    until: silence.endsAt,
    isPlatform: projectOf(matchers) !== alert.projectName,
    matchers,
    silence,
  };
}

function ofAcknowledgement(acknowledgement: Acknowledgement): QuietReason {
  const { owner, expiresAt } = acknowledgement;
  return { ...nothing, kind: "ACKNOWLEDGEMENT", by: owner, until: expiresAt, acknowledgement };
}

function inhibits({ source, target, equal }: InhibitionRule, by: Alert, alert: Alert, matching: Matching): boolean {
  return (
    alertsMatchedBy(source, matching)(by.labels) &&
    alertsMatchedBy(target, matching)(alert.labels) &&
    equal.every((name) => labelValue(by.labels, name) === labelValue(alert.labels, name))
  );
}
