import { parentPort } from "node:worker_threads";
import { UnexpectedShape } from "../../clients/answer-shape.js";
import { AnswerReader } from "./answer-reader.js";
import type { Numbered, ReadingResult, ReadingTask } from "./reading-thread.js";
import { readRoutingConfig } from "./routing-config.js";

// The worker of `ReadingThread`: parses what Alertmanagers answer where nobody waits for a query meanwhile.

/** What is told at once; taking it over holds the other thread for some milliseconds. */
const itemsAtOnce = 1_000;

const reader = new AnswerReader();

function* resultsOf(task: ReadingTask): Generator<ReadingResult> {
  try {
    if ("config" in task) {
      yield { config: readRoutingConfig(task.config) };
      return;
    }
    const { changed, ...rest } = reader.read(task.source, task.kind, task.bytes);
    for (let at = 0; at < changed.length; at += itemsAtOnce) yield { part: changed.slice(at, at + itemsAtOnce) };
    yield { rest };
  } catch (error) {
    if (error instanceof UnexpectedShape) yield { unexpected: { where: error.where, expected: error.expected } };
    else yield { broken: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on("message", ({ id, content }: Numbered<ReadingTask>) => {
  for (const result of resultsOf(content)) parentPort?.postMessage({ id, content: result });
});
