import { createHash } from "node:crypto";
import { BadUserInputError } from "./errors.js";

/** What a caller asks of an unbounded list: how many, and after which cursor. */
export interface PageRequest {
  /** 1 to 100. */
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** One page of a list in a total order, with the cursor of each item. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly cursorOf: (item: T) => string;
}

/** The value of the sort column, and the id that breaks ties. */
export type Position = readonly [value: string | number, id: string];

const cursorVersion = 1;
const largestPage = 100;

/** Refuses a page size outside 1–100: a silent clamp would hide the caller's mistake. */
export function requirePageSize(first: number): number {
  if (Number.isInteger(first) && first >= 1 && first <= largestPage) return first;
  throw new BadUserInputError(`"first" must be between 1 and ${largestPage}.`, ["first"]);
}

/**
 * Cursors hold a position, and are bound to the list they came from: `list` names field, order and parent. One that was
 * edited, or comes from another list, is refused.
 */
export function encodeCursor(list: string, position: Position): string {
  const body = JSON.stringify([cursorVersion, ...position]);
  return Buffer.from(`${checksum(list, body)}${body}`).toString("base64url");
}

/** The position in a cursor of this list; throws BAD_USER_INPUT for any other text. */
export function decodeCursor(list: string, cursor: string): Position {
  const text = Buffer.from(cursor, "base64url").toString();
  const body = text.slice(checksumLength);
  const position = text.slice(0, checksumLength) === checksum(list, body) ? positionIn(body) : null;
  if (position !== null) return position;
  throw new BadUserInputError(
    '"after" is not a cursor of this list. Take it from pageInfo.endCursor of the same query.',
    ["after"],
  );
}

const checksumLength = 11;

/** The checksum has no secret in it, so anybody can make a cursor: what it holds is looked at before it nears SQL. */
function positionIn(body: string): Position | null {
  const parts = jsonIn(body);
  if (!Array.isArray(parts) || parts.length !== 3) return null;
  const [version, value, id]: readonly unknown[] = parts;
  const isPosition = version === cursorVersion && (typeof value === "string" || typeof value === "number");
  return isPosition && typeof id === "string" ? [value, id] : null;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function checksum(list: string, body: string): string {
  return createHash("sha256").update(`${cursorVersion}\n${list}\n${body}`).digest("base64url").slice(0, checksumLength);
}

/** A page of a list that is in memory and already in the order that `positionOf` states (ascending or descending). */
export function pageOfArray<T>(
  sorted: readonly T[],
  request: PageRequest,
  list: string,
  positionOf: (item: T) => Position,
  direction: "ASC" | "DESC" = "ASC",
): Page<T> {
  const first = requirePageSize(request.first);
  const after = request.after != null ? decodeCursor(list, request.after) : null;
  const start = after === null ? 0 : firstIndexAfter(sorted, after, positionOf, direction);
  const items = sorted.slice(start, start + first);
  return {
    items,
    hasNextPage: start + first < sorted.length,
    hasPreviousPage: start > 0,
    cursorOf: (item) => encodeCursor(list, positionOf(item)),
  };
}

function firstIndexAfter<T>(
  sorted: readonly T[],
  after: Position,
  positionOf: (item: T) => Position,
  direction: "ASC" | "DESC",
): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item === undefined) break;
    const order = comparePositions(positionOf(item), after);
    if (direction === "ASC" ? order > 0 : order < 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Orders positions by value, then by id; text by code unit, as the databases' binary collations do. */
export function comparePositions(a: Position, b: Position): number {
  return compare(a[0], b[0]) || compare(a[1], b[1]);
}

function compare(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
