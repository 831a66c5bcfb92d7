import { Refusal } from "../text-problem.js";
import type { TemplateType, TemplateValue } from "./template-value.js";

/** Verbs whose result is about as long as what they print, each with the type that it is made for. */
const verbs: ReadonlyMap<string, TemplateType | undefined> = new Map<string, TemplateType | undefined>([
  ["v", undefined],
  ["s", "text"],
  ["d", "integer"],
  ["t", "boolean"],
  ...["f", "F", "e", "E", "g", "G"].map((verb) => [verb, "float"] as const),
]);

// Wider ones are left out: `%999999d` prints a megabyte. So is `%[1]s`, which prints one argument many times.
const directives = /%(?:%|[-+# 0]*\d{0,2}(?:\.\d{0,2})?([a-zA-Z])|)/g;

const advice: Readonly<Partial<Record<TemplateType, string>>> = {
  text: 'is a text: use "%s"',
  float: 'is a number: use for example "%.2f"',
  integer: 'is an integer: use "%d"',
};

/** Checks what `printf` is given: a format that is spelled out, with one fitting verb for each value. */
export function checkFormat(format: TemplateValue, values: readonly TemplateValue[]): void {
  if (format.literal === undefined || format.type !== "text")
    throw new Refusal("Spell the format of printf out, in quotes.", format);
  let next = 0;
  for (const [directive, verb] of format.literal.matchAll(directives)) {
    if (directive === "%%") continue;
    if (verb === undefined || !verbs.has(verb)) {
      const known = [...verbs.keys()].map((each) => `%${each}`).join(" ");
      throw new Refusal(`printf may use ${known} and %%, with a width and a precision up to 99.`, format);
    }
    const value = values[next++];
    if (value) checkVerb(verb, value);
  }
  if (next !== values.length) {
    throw new Refusal(`This format has ${next} verbs for ${values.length} values; give one for each.`, format);
  }
}

function checkVerb(verb: string, value: TemplateValue): void {
  const wanted = verbs.get(verb);
  if (wanted === undefined || value.type === "unknown" || value.type === wanted) return;
  throw new Refusal(`%${verb} does not print this: it ${advice[value.type] ?? 'needs "%v"'}.`, value);
}
