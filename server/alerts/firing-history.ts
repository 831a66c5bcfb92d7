import DataLoader from "dataloader";
import { LookUpTurns } from "../clients/look-up-turns.js";
import type { RangeSeries, TimeRange } from "../clients/prometheus-client.js";
import type { RangeReader } from "../clients/range-reader.js";
import type { Labels } from "../core/labels.js";
import { groupBy } from "../core/loaders.js";
import { RecentMap } from "../core/recent-map.js";
import type { Alert } from "./alert.js";
import type { FiringHour } from "./firing-hour.js";
import { firingExpressions, hoursUntil, lastLookMs } from "./firing-query.js";
import { FiringSeries, type FoundSeries } from "./firing-series.js";

/** So many alerts of a project are asked for in one query, at most. */
const mostAtOnce = 50;
/** How projects share the servers; a question is two queries to each Prometheus. */
const turns = { atOnce: 4, ofOneOwner: 1, patienceMs: 1_000, slowMs: 10_000 };
/** Questions that have not had their turn by then are given up. */
const longestWaitMs = 5_000;
const mostRemembered = 2_000;
/** How long it is remembered that nothing is known. */
const unknownForMs = 5_000;
const minuteMs = 60_000;

interface Question {
  readonly alert: Alert;
  readonly range: TimeRange;
}
type Answer = readonly FiringHour[] | null;

/**
 * How long alerts fired in the last hours, from the series `ALERTS` of all Prometheus servers. What is asked at the same
 * time, by whomever, takes one query for each project; the answer serves everybody who asks until the minute is over.
 */
export class FiringHistory {
  readonly #turns = new LookUpTurns(turns);
  readonly #recent = new RecentMap<Promise<Answer>>(mostRemembered);
  readonly #loader = new DataLoader<Question, Answer>((questions) => this.#answer(questions), {
    cache: false,
    maxBatchSize: 1_000,
  });

  /** @param externalLabels the names of the labels that Prometheus servers add to the alerts that they send */
  constructor(
    private readonly ranges: RangeReader,
    private readonly externalLabels: () => ReadonlySet<string>,
    private readonly now: () => Date,
  ) {}

  /** The last hours of an alert, the oldest first; null when no Prometheus answers that knows it. */
  hoursOf(alert: Alert, hours: number): Promise<Answer> {
    const nowMs = this.now().getTime();
    const range = hoursUntil(nowMs, hours);
    const key = `${alert.fingerprint}/${hours}/${range.untilMs}`;
    const known = this.#recent.get(key, nowMs);
    if (known !== undefined) return known;
    const answer = this.#loader.load({ alert, range });
    this.#recent.set(key, answer, range.untilMs + 2 * minuteMs);
    const soonForgotten = () => this.#recent.set(key, answer, this.now().getTime() + unknownForMs);
    answer.then((found) => found === null && soonForgotten(), soonForgotten);
    return answer;
  }

  async #answer(questions: readonly Question[]): Promise<readonly Answer[]> {
    const ofOneQuery = ({ alert, range }: Question) => JSON.stringify([alert.projectName, range]);
    const batches = [...groupBy(questions, ofOneQuery).values()].flatMap(inParts);
    const answers = new Map((await Promise.all(batches.map((batch) => this.#answerOne(batch)))).flat());
    return questions.map((question) => answers.get(question) ?? null);
  }

  /** Questions about one project and one range. */
  async #answerOne(batch: readonly Question[]): Promise<readonly (readonly [Question, Answer])[]> {
    const [first] = batch;
    if (first === undefined) return [];
    const { alert, range } = first;
    const alerts = batch.map((question) => question.alert.labels);
    const replicas = await this.#inTurn(alert.projectName, () => this.#read(alert.projectName, alerts, range));
    return batch.map((question) => [question, replicas && this.#answerFrom(replicas, question)]);
  }

  #answerFrom(replicas: readonly FiringSeries[], { alert, range }: Question): Answer {
    const found = replicas.flatMap((series) => series.find(alert.labels, this.externalLabels()) ?? []);
    // One that fired before, or that began before the last look, has a series.
    const isNew = alert.startsAtMs > lastLookMs(range);
    return found.length === 0 && !isNew ? null : merge(found, range);
  }

  #read(projectName: string, alerts: readonly Labels[], range: TimeRange): Promise<readonly FiringSeries[] | null> {
    const [firing, beginning] = firingExpressions(projectName, alerts);
    return this.ranges.ask(async (client) => {
      const both = [client.queryRange(firing, range), client.queryRange(beginning, range)] as const;
      return new FiringSeries(...(await Promise.all(both)));
    });
  }

  /** Does the work when it is the project's turn; gives null when that does not come in time. */
  async #inTurn<T>(projectName: string, work: () => Promise<T>): Promise<T | null> {
    const failures: unknown[] = [];
    const done = await this.#turns.take(projectName, AbortSignal.timeout(longestWaitMs), () =>
      work().catch((error: unknown) => {
        failures.push(error);
        return null;
      }),
    );
    if (failures.length > 0) throw failures[0];
    return done ?? null;
  }
}

/** Of what replicas have seen of an hour the most counts: what one has missed it was down for. */
function merge(found: readonly FoundSeries[], { fromMs, untilMs, stepMs }: TimeRange): readonly FiringHour[] {
  const most = (of: (one: FoundSeries) => RangeSeries | undefined, atMs: number) => {
    const values = found.map((one) => of(one)?.points.find((point) => point.atMs === atMs)?.value ?? 0);
    return Math.max(0, ...values);
  };
  const hours = Math.round((untilMs - fromMs) / stepMs) + 1;
  return Array.from({ length: hours }, (_, index) => {
    const endsAtMs = fromMs + index * stepMs;
    return {
      startsAt: new Date(endsAtMs - stepMs),
      firingSeconds: 60 * most(({ minutes }) => minutes, endsAtMs),
      timesStarted: most(({ beginnings }) => beginnings, endsAtMs),
    };
  });
}

function inParts<T>(list: readonly T[]): readonly (readonly T[])[] {
  const parts = Math.ceil(list.length / mostAtOnce);
  return Array.from({ length: parts }, (_, part) => list.slice(part * mostAtOnce, (part + 1) * mostAtOnce));
}
