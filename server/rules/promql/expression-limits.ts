import { yearMs } from "./literals.js";

/** What one expression may cost; a project's own limits may be any, and what cannot be stored or read is refused besides. */
export interface ExpressionLimits {
  /** The longest text, in UTF-16 units; none above 4,096 is stored. */
  readonly characters: number;
  /** How deep brackets and operators may nest; nothing above 64 is read. */
  readonly depth: number;
  /** The longest range and the longest offset, in milliseconds. */
  readonly longestRangeMs: number;
  /** How often a subquery, with those that it stands in, may evaluate what is in it. */
  readonly subquerySteps: number;
  /** How many selectors there may be. */
  readonly selectors: number;
  /** How many samples of each series one evaluation may read, counted as one a minute over all selectors. */
  readonly samples: number;
}

/** What holds where nobody says otherwise; as many steps as Prometheus allows a graph, and as many samples as a query. */
export const defaultExpressionLimits: ExpressionLimits = {
  characters: 4_096,
  depth: 64,
  longestRangeMs: yearMs,
  subquerySteps: 11_000,
  selectors: 500,
  samples: 50_000_000,
};

/** The longest expression that can be stored, in UTF-16 units. */
export const mostExpressionCharacters = 4_096;
