import { BadUserInputError, NotFoundError, type UpstreamUnavailableError } from "../core/errors.js";
import type { Labels } from "../core/labels.js";
import type { Matcher } from "../core/matcher.js";
import {
  booleanOf,
  fieldsOf,
  labelsOf,
  listOf,
  listOrEmpty,
  oneOf,
  textOf,
  textOrNull,
  timeOf,
  timeOrNull,
  type UnexpectedShape,
} from "./answer-shape.js";
import { type HttpJson, HttpStatusError } from "./http-json.js";

/** An alert as one Alertmanager holds it. Times are milliseconds since 1970. */
export interface UpstreamAlert {
  readonly fingerprint: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: "ACTIVE" | "SUPPRESSED" | "UNPROCESSED";
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly updatedAtMs: number;
  readonly generatorURL: string | null;
  readonly receivers: readonly string[];
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[];
  /** Names of mute timings; empty before Alertmanager 0.28, which does not say. */
  readonly mutedBy: readonly string[];
}

/** A silence as one Alertmanager holds it. Times are milliseconds since 1970. */
export interface UpstreamSilence extends SilenceText {
  readonly id: string;
  readonly state: "PENDING" | "ACTIVE" | "EXPIRED";
  readonly updatedAtMs: number;
}

/** What a silence is made of. */
export interface SilenceText {
  readonly matchers: readonly Matcher[];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** What an Alertmanager says of itself. */
export interface AlertmanagerStatus {
  /** For example `0.25.0`. */
  readonly version: string;
  /** `ready`, `settling` or `disabled`. */
  readonly clusterStatus: string;
  /** How many members it sees, itself among them; 0 without clustering. */
  readonly peers: number;
  /** Its configuration, as YAML with the secrets masked. */
  readonly config: string;
  /** When it was started, by its own clock: milliseconds since 1970; null when it does not say. */
  readonly startedAtMs: number | null;
}

/**
 * One Alertmanager, from 0.22 (where matchers became what they are) on. What its versions do differently is settled in here:
 * fields that an old one lacks are given their neutral value, and errors that changed their status are told apart by text.
 */
export class AlertmanagerClient {
  constructor(private readonly http: HttpJson) {}

  /** The version probe; its configuration may be megabytes, so do not ask at every poll. */
  status(signal?: AbortSignal): Promise<AlertmanagerStatus> {
    return this.http.read({ path: "/api/v2/status", signal }, (answer) => {
      const { versionInfo, cluster, config, uptime } = fieldsOf(answer, "the answer");
      const { status, peers } = fieldsOf(cluster, "cluster");
      return {
        version: textOf(fieldsOf(versionInfo, "versionInfo").version, "version"),
        clusterStatus: textOf(status, "cluster.status"),
        peers: listOrEmpty(peers, "cluster.peers", fieldsOf).length,
        config: textOf(fieldsOf(config, "config").original, "config.original"),
        startedAtMs: timeOrNull(uptime, "uptime"),
      };
    });
  }

  /** Resolves when it serves requests; costs it nothing. */
  ready(signal?: AbortSignal): Promise<void> {
    return this.http.expectOk({ path: "/-/ready", signal });
  }

  /** All alerts that have not resolved, also those that are silenced or inhibited; unread, for `alertsIn`. */
  alertsAnswer(signal?: AbortSignal): Promise<Buffer> {
    return this.http.bytes({ path: "/api/v2/alerts", signal });
  }

  /** All silences, also those that expired and are not forgotten yet (five days by default); unread, for `silencesIn`. */
  silencesAnswer(signal?: AbortSignal): Promise<Buffer> {
    return this.http.bytes({ path: "/api/v2/silences", signal });
  }

  /** The same, read; for whoever needs them as they are at this moment. */
  silencesNow(signal?: AbortSignal): Promise<readonly UpstreamSilence[]> {
    return this.http.read({ path: "/api/v2/silences", signal }, silencesIn);
  }

  /** The error that tells what is wrong with an answer that was not read here. */
  unexpected(error: UnexpectedShape | SyntaxError): UpstreamUnavailableError {
    return this.http.unexpected(error);
  }

  /** One silence, or null when this Alertmanager does not know it. */
  async silence(id: string, signal?: AbortSignal): Promise<UpstreamSilence | null> {
    if (!uuid.test(id)) return null;
    try {
      return await this.http.read({ path: silencePath(id), signal }, (answer) => readSilence(answer, "silence"));
    } catch (error) {
      if (error instanceof HttpStatusError && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * Writes a silence and answers its id. With `replaces` the silence of that id is changed in place where only times and
   * texts differ; where matchers differ or it has expired, Alertmanager expires it and makes a new one with a new id.
   * Throws `BadUserInputError` with Alertmanager's words when it refuses, `NotFoundError` when it does not know `replaces`.
   */
  async putSilence(silence: SilenceText, replaces?: string): Promise<string> {
    const body = {
      ...(replaces === undefined ? {} : { id: replaces }),
      matchers: silence.matchers.map(({ name, value, isRegex, isEqual }) => ({ name, value, isRegex, isEqual })),
      startsAt: new Date(silence.startsAtMs).toISOString(),
      endsAt: new Date(silence.endsAtMs).toISOString(),
      createdBy: silence.createdBy,
      comment: silence.comment,
    };
    try {
      return await this.http.read({ method: "POST", path: "/api/v2/silences", body }, (answer) =>
        textOf(fieldsOf(answer, "the answer").silenceID, "silenceID"),
      );
    } catch (error) {
      if (error instanceof HttpStatusError && error.status === 404) throw new NotFoundError("Silence");
      if (error instanceof HttpStatusError && refusalsOfSilence.has(error.status)) {
        throw new BadUserInputError(saidBy(error));
      }
      throw error;
    }
  }

  /** Ends a silence now, which is nothing new for one that has ended; false when this Alertmanager does not know it. */
  async expireSilence(id: string): Promise<boolean> {
    if (!uuid.test(id)) return false;
    try {
      await this.http.expectOk({ method: "DELETE", path: silencePath(id) });
      return true;
    } catch (error) {
      if (!(error instanceof HttpStatusError)) throw error;
      // 0.25 answers 500 for a silence that it does not know.
      if (error.status === 404 || /not found/.test(saidBy(error))) return false;
      if (/already expired/.test(saidBy(error))) return true;
      throw error;
    }
  }
}

/** Its own refusal, and that of its API's schema; other statuses are about us, and come from a proxy. */
const refusalsOfSilence: ReadonlySet<number> = new Set([400, 422]);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function silencePath(id: string): string {
  return `/api/v2/silence/${id}`;
}

/** The API answers errors as a JSON string, its request validation as `{ code, message }`. */
function saidBy({ answer, message }: HttpStatusError): string {
  if (typeof answer === "string") return answer;
  const said = (answer as { message?: unknown } | null | undefined)?.message;
  return typeof said === "string" ? said : message;
}

/** The alerts in an answer that was parsed; throws `UnexpectedShape`. */
export function alertsIn(answer: unknown): readonly UpstreamAlert[] {
  return listOf(answer, "alerts", readAlert);
}

/** The silences in an answer that was parsed; throws `UnexpectedShape`. */
export function silencesIn(answer: unknown): readonly UpstreamSilence[] {
  return listOf(answer, "silences", readSilence);
}

const alertStates = { active: "ACTIVE", suppressed: "SUPPRESSED", unprocessed: "UNPROCESSED" } as const;
const silenceStates = { pending: "PENDING", active: "ACTIVE", expired: "EXPIRED" } as const;

function readAlert(value: unknown, where: string): UpstreamAlert {
  const alert = fieldsOf(value, where);
  const status = fieldsOf(alert.status, "status");
  return {
    fingerprint: textOf(alert.fingerprint, "fingerprint"),
    labels: labelsOf(alert.labels, "labels"),
    annotations: labelsOf(alert.annotations, "annotations"),
    state: oneOf(alertStates, status.state, "status.state"),
    startsAtMs: timeOf(alert.startsAt, "startsAt"),
    endsAtMs: timeOf(alert.endsAt, "endsAt"),
    updatedAtMs: timeOf(alert.updatedAt, "updatedAt"),
    generatorURL: textOrNull(alert.generatorURL, "generatorURL"),
    receivers: withoutRepeats(
      listOf(alert.receivers, "receivers", (receiver, at) => textOf(fieldsOf(receiver, at).name, at)),
    ),
    silencedBy: listOf(status.silencedBy, "silencedBy", textOf),
    inhibitedBy: listOf(status.inhibitedBy, "inhibitedBy", textOf),
    mutedBy: listOrEmpty(status.mutedBy, "mutedBy", textOf),
  };
}

/** Of an alert that several routes lead to one receiver, Alertmanager tells that receiver as often. */
function withoutRepeats(names: readonly string[]): readonly string[] {
  return names.length > 1 ? [...new Set(names)] : names;
}

function readSilence(value: unknown, where: string): UpstreamSilence {
  const silence = fieldsOf(value, where);
  return {
    id: textOf(silence.id, "id"),
    matchers: listOf(silence.matchers, "matchers", readMatcher),
    state: oneOf(silenceStates, fieldsOf(silence.status, "status").state, "status.state"),
    startsAtMs: timeOf(silence.startsAt, "startsAt"),
    endsAtMs: timeOf(silence.endsAt, "endsAt"),
    updatedAtMs: timeOf(silence.updatedAt, "updatedAt"),
    createdBy: textOf(silence.createdBy, "createdBy"),
    comment: textOf(silence.comment, "comment"),
  };
}

function readMatcher(value: unknown, where: string): Matcher {
  const matcher = fieldsOf(value, where);
  return {
    name: textOf(matcher.name, "name"),
    value: textOf(matcher.value, "value"),
    isRegex: booleanOf(matcher.isRegex, "isRegex", false),
    isEqual: booleanOf(matcher.isEqual, "isEqual", true),
  };
}
