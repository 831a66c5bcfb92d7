import type { Attack, Reply } from "./attack.js";
import { Reached } from "./attempt.js";

/**
 * Asks the same of a thing of the victim's and of one that does not exist. The answers must agree byte for byte, once the
 * name of the thing and what differs from request to request are taken out: else one learns that the thing is there.
 */
export async function sameAnswer(
  attack: Attack,
  theirs: string,
  unknown: string,
  ask: (which: string) => Promise<Reply>,
): Promise<Reply> {
  const about = await ask(theirs);
  const [of, other] = [plain(about, theirs), plain(await ask(unknown), unknown)];
  if (of !== other) throw new Reached(`The answer tells it from what does not exist:\n  ${of}\n  ${other}`);
  if (attack.arena.canaries.in(about.text.replaceAll(theirs, "")).length > 0) throw new Reached(about.text);
  return about;
}

function plain({ status, headers, text }: Reply, name: string): string {
  // The length is that of the text, which is compared itself.
  const { date, "x-request-id": requestId = "", "content-length": _, ...rest } = headers;
  const told = text
    .replaceAll(requestId, "REQUEST")
    .replaceAll(name, "NAME")
    // What is left to the attacker in this minute, and how often anything live changed so far, says nothing of the thing.
    .replace(/"remaining":\d+/g, '"remaining":0')
    .replace(/"revision":"([\w-]+)\.\d+\.\d+\.\d+\.([\w-]+)"/g, '"revision":"$1.$2"');
  return `${status} ${JSON.stringify(rest)} ${told}`;
}

/** An id of the same kind that nothing has. */
export function unknownLike(id: string): string {
  return id.slice(0, -1) + (id.endsWith("0") ? "1" : "0");
}

/** A name of the same length that nothing has. */
export function unknownName(name: string): string {
  return name.replace(/[0-9a-f]/g, (digit) => (digit === "0" ? "1" : "0"));
}
