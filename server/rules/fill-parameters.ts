import type { Labels } from "../core/labels.js";
import { defaultValues, type ParameterValues, type RuleParameter } from "./rule-parameter.js";

/** Neither PromQL nor Prometheus's templates know such signs, and `${name}` is `label_replace`'s. */
const placeholder = /<<([a-z][a-z0-9_]*)>>/g;

/** What of a global rule may hold placeholders. */
export interface Parametrised {
  readonly expr: string;
  readonly annotations: Labels;
  readonly parameters: readonly RuleParameter[];
}

/** The names of the placeholders in a text. */
export function placeholdersIn(text: string): ReadonlySet<string> {
  return new Set(Array.from(text.matchAll(placeholder), ([, name = ""]) => name));
}

/** The expression and annotations with the values in the placeholders' places; what has no value of its own gets the default. */
export function fillParameters(
  { expr, annotations, parameters }: Parametrised,
  values: ParameterValues = {},
): Pick<Parametrised, "expr" | "annotations"> {
  const all = new Map(Object.entries({ ...defaultValues(parameters), ...values }));
  const fill = (text: string) => text.replaceAll(placeholder, (whole, name: string) => all.get(name) ?? whole);
  const filled = Object.entries(annotations).map(([name, text]) => [name, fill(text)] as const);
  return { expr: fill(expr), annotations: Object.fromEntries(filled) };
}
