import { firstSampleAt } from "./tenant-data.js";

/** What an expression gives at one time and over a small range of times. */
export interface Evaluation {
  readonly series: readonly EvaluatedSeries[];
  /** The kind of failure. */
  readonly failure?: string;
}

/** One series of a result, its values rounded: the order in which Prometheus adds numbers up is left to chance. */
export interface EvaluatedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [atSeconds: number, value: string])[];
}

type Sample = readonly [atSeconds: number, value: string];

interface QueryAnswer {
  readonly data?:
    | { readonly resultType: "scalar"; readonly result: Sample }
    | {
        readonly resultType: "vector" | "matrix";
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>;
          readonly value?: Sample;
          readonly values?: readonly Sample[];
        }[];
      };
  readonly errorType?: string;
}

const atOnce = 16;
const instant = { time: String(firstSampleAt + 20 * 60) };
const range = { start: String(firstSampleAt + 12 * 60), end: String(firstSampleAt + 18 * 60), step: "120" };

/** Evaluates expressions on a real Prometheus, in the same order. */
export async function evaluateAll(url: string, queries: readonly string[]): Promise<readonly Evaluation[]> {
  const results: Evaluation[] = [];
  const entries = queries.entries();
  const work = async () => {
    for (const [index, query] of entries) results[index] = await evaluate(url, query);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

async function evaluate(url: string, query: string): Promise<Evaluation> {
  const [now, over] = await Promise.all([
    ask(`${url}/api/v1/query`, { query, ...instant }),
    ask(`${url}/api/v1/query_range`, { query, ...range }),
  ]);
  const failure = now.errorType ?? over.errorType;
  return { series: [...seriesOf(now), ...seriesOf(over)], ...(failure === undefined ? {} : { failure }) };
}

async function ask(url: string, parameters: Readonly<Record<string, string>>): Promise<QueryAnswer> {
  const response = await fetch(url, { method: "POST", body: new URLSearchParams(parameters) });
  return (await response.json()) as QueryAnswer;
}

function seriesOf({ data }: QueryAnswer): readonly EvaluatedSeries[] {
  if (data === undefined) return [];
  if (data.resultType === "scalar") return [{ labels: {}, values: [rounded(data.result)] }];
  return data.result
    .map(({ metric, value, values = [] }) => {
      const labels = Object.fromEntries(Object.entries(metric).sort());
      return { labels, values: (value ? [value] : values).map(rounded) };
    })
    .map((series) => [JSON.stringify(series.labels), series] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, series]) => series);
}

function rounded([at, text]: Sample): Sample {
  const value = Number(text);
  if (!Number.isFinite(value)) return [at, text];
  return [at, Math.abs(value) < 1e-9 ? "0" : value.toPrecision(9)];
}
