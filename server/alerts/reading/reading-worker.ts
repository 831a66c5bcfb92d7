import { parentPort } from "node:worker_threads";
import { AlertmanagerClient } from "../../clients/alertmanager-client.js";
import { UnexpectedShape } from "../../clients/answer-shape.js";
import { HttpJson, NeverSentError } from "../../clients/http-json.js";
import { upstreamFetch } from "../../clients/upstream-fetch.js";
import { UpstreamUnavailableError } from "../../core/errors.js";
import { type AnswerDiff, AnswerReader, type Held, type HeldKind } from "./answer-reader.js";
import type { Numbered, ReadingResult, ReadingSource, ReadingTask } from "./reading-thread.js";
import { readRoutingConfig } from "./routing-config.js";

// The worker of `ReadingThread`.

/** What is told at once; taking it over holds the other thread for some milliseconds. */
const itemsAtOnce = 1_000;

const reader = new AnswerReader();
const clients = new Map<string, AlertmanagerClient>();
const underWay = new Map<number, AbortController>();

function clientOf({ id, server, limits }: ReadingSource): AlertmanagerClient {
  const known = clients.get(id);
  if (known !== undefined) return known;
  const client = new AlertmanagerClient(new HttpJson("Alertmanager", server, upstreamFetch(server.tls).fetch, limits));
  clients.set(id, client);
  return client;
}

async function diffOf(source: ReadingSource, kind: HeldKind, signal: AbortSignal): Promise<AnswerDiff<Held[HeldKind]>> {
  const client = clientOf(source);
  const bytes = await (kind === "alerts" ? client.alertsAnswer(signal) : client.silencesAnswer(signal));
  try {
    return reader.read(source.id, kind, bytes);
  } catch (error) {
    if (error instanceof UnexpectedShape || error instanceof SyntaxError) throw client.unexpected(error);
    throw error;
  }
}

async function* resultsOf(
  task: Exclude<ReadingTask, { cancelled: true }>,
  signal: AbortSignal,
): AsyncGenerator<ReadingResult> {
  try {
    if ("config" in task) {
      yield { config: readRoutingConfig(task.config) };
      return;
    }
    const { changed, ...rest } = await diffOf(task.source, task.kind, signal);
    for (let at = 0; at < changed.length; at += itemsAtOnce) yield { part: changed.slice(at, at + itemsAtOnce) };
    yield { rest };
  } catch (error) {
    if (error instanceof UpstreamUnavailableError) {
      yield { unavailable: error.message, wasSent: !(error instanceof NeverSentError) };
    } else yield { broken: error instanceof Error ? error.message : String(error) };
  }
}

async function carryOut(id: number, task: Exclude<ReadingTask, { cancelled: true }>): Promise<void> {
  const controller = new AbortController();
  underWay.set(id, controller);
  for await (const content of resultsOf(task, controller.signal)) parentPort?.postMessage({ id, content });
  underWay.delete(id);
}

parentPort?.on("message", ({ id, content }: Numbered<ReadingTask>) => {
  if ("cancelled" in content) underWay.get(id)?.abort();
  else void carryOut(id, content);
});
