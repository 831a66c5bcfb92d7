import type { Span } from "../text-problem.js";

/** What is known of a value before the template runs; `unknown` fits everywhere. */
export type TemplateType = "text" | "float" | "integer" | "boolean" | "labels" | "unknown";

/** A value in a template, as far as it is known when the template is written. */
export interface TemplateValue extends Span {
  readonly type: TemplateType;
  /** What it is, where the template spells it out. */
  readonly literal?: string;
  /** How many times longer than what it reads it may become. */
  readonly growth: number;
}
