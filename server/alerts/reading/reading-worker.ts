import { parentPort } from "node:worker_threads";
import { UnexpectedShape } from "../../clients/answer-shape.js";
import { AnswerReader, type HeldKind } from "./answer-reader.js";
import type { ReadingRequest, ReadingResult } from "./reading-thread.js";

// The worker of `ReadingThread`: parses answers of Alertmanagers where nobody waits for a query meanwhile.

/** What is told at once; taking it over holds the other thread for some milliseconds. */
const itemsAtOnce = 1_000;

const reader = new AnswerReader();
const send = (result: ReadingResult) => parentPort?.postMessage(result);

function answer({ id, source, kind, bytes }: ReadingRequest<HeldKind>): void {
  try {
    const { changed, ...rest } = reader.read(source, kind, bytes);
    for (let at = 0; at < changed.length; at += itemsAtOnce) {
      send({ id, part: changed.slice(at, at + itemsAtOnce) });
    }
    send({ id, rest });
  } catch (error) {
    if (error instanceof UnexpectedShape) send({ id, unexpected: { where: error.where, expected: error.expected } });
    else if (error instanceof SyntaxError) send({ id, broken: error.message });
    else throw error;
  }
}

parentPort?.on("message", answer);
