import { withTimeLimit } from "../time-limit.js";
import { readMetricLines } from "./metric-lines.js";
import type { Run, RunJudge } from "./run.js";
import type { RunSource } from "./run-source.js";

/** What of a process is known beside what it answers now. */
export interface ReadOptions {
  /** What it was last seen to run. */
  readonly before: Run | undefined;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** How long a process may take to tell. */
const timeoutMs = 20_000;

/** Asks one process what it runs. One that does not answer is AWAY, and otherwise as it was last seen. */
export async function readRun(
  source: RunSource,
  url: string,
  judge: RunJudge,
  { before, signal, now }: ReadOptions,
): Promise<Run> {
  const { output, headers } = source;
  const server = withoutCredentials(url);
  const last = { output, server, revision: before?.revision ?? null, seenAt: before?.seenAt ?? null };
  try {
    const within = { headers, signal: withTimeLimit(signal, timeoutMs) };
    await readMetricLines(`${url}/metrics`, within, (line) => judge.take(line));
  } catch (error) {
    return { ...last, state: "AWAY", detail: `It does not answer: ${reason(error).replaceAll(url, server)}.` };
  }
  const finding = judge.finding();
  const seenAt = now().toISOString();
  return finding.state === "UNKNOWN"
    ? { ...last, ...finding, revision: last.revision, seenAt }
    : { ...last, ...finding, seenAt };
}

function withoutCredentials(url: string): string {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain.href.replace(/\/+$/, "");
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
