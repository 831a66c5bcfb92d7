import type { RuleParameter } from "../rule-parameter.js";

/** What to do about an alert, for whoever is woken by it. */
export interface Runbook {
  /** What it means, and what comes of it if nobody acts. */
  readonly meaning: string;
  /** What to look at and to do, in this order. */
  readonly steps: readonly string[];
}

/** A rule of a pack; its expression and texts may hold `<<name>>` for a parameter. */
export interface PackRuleDefinition {
  /** The alert's name, by which the rule is found again when the pack is installed anew; it never changes. */
  readonly name: string;
  readonly expr: string;
  readonly for: string;
  readonly severity: "critical" | "warning" | "info";
  /** One line that names what is wrong, and where. */
  readonly summary: string;
  /** The same with the figures. */
  readonly description: string;
  readonly parameters: readonly RuleParameter[];
  readonly runbook: Runbook;
}

/** Rules that belong together, as they come with this server. */
export interface PackDefinition {
  /** `node`: never changes. */
  readonly name: string;
  readonly title: string;
  /** What it watches, and what has to be scraped for that. */
  readonly description: string;
  readonly rules: readonly PackRuleDefinition[];
}

/** A number that a project may change. */
export function numberOf(
  name: string,
  description: string,
  value: number,
  { min, max, unit }: { readonly min: number; readonly max: number; readonly unit?: string },
): RuleParameter {
  return {
    name,
    type: "NUMBER",
    description,
    default: String(value),
    min: String(min),
    max: String(max),
    unit: unit ?? null,
  };
}

/** A per cent value that a project may change. */
export function percentOf(name: string, description: string, value: number): RuleParameter {
  return numberOf(name, description, value, { min: 0, max: 100, unit: "%" });
}

/** A time that a project may change. */
export function durationOf(name: string, description: string, value: string, min: string, max: string): RuleParameter {
  return { name, type: "DURATION", description, default: value, min, max, unit: null };
}
