import type { Span } from "../text-problem.js";

/** What is known of a value before the template runs; `unknown` fits everywhere. */
export type TemplateType = "text" | "float" | "integer" | "boolean" | "labels" | "unknown";

/** As how many labels `$labels` itself counts: so many may a series have where its project's limits say nothing else. */
export const labelsInAll = 64;

/** A value in a template, as far as it is known when the template is written. */
export interface TemplateValue extends Span {
  readonly type: TemplateType;
  /** What it is, where the template spells it out. */
  readonly literal?: string;
  /** How many labels or values long it, and all that is made on the way to it, may become. */
  readonly growth: number;
}
