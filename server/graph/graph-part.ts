import { type IdPrefix, isId } from "../core/ids.js";
import type { NodeSource } from "./node-resolver.js";
import type { Streams } from "./streams.js";

/** What a domain adds to the graph. */
export interface GraphPart<C> {
  readonly resolvers: readonly object[];
  /** Those of its objects that can be fetched again by their id. */
  readonly nodes: readonly NodeSource<C>[];
  /** The events of its subscriptions. */
  readonly streams?: Streams<C>;
}

/** The objects that the database holds under ids with this prefix. */
export function storedNodes<C>(prefix: IdPrefix, find: NodeSource<C>["find"]): NodeSource<C> {
  return { prefix, isWellFormed: (id) => isId(prefix, id), find };
}
