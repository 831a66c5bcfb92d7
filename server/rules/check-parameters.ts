import { checkDuration, compareDurations, parseDuration } from "../core/duration.js";
import { checkText } from "../core/text.js";
import type { UserErrors } from "../graph/user-error.js";
import { type Parametrised, placeholdersIn } from "./fill-parameters.js";
import type { ParameterValues, RuleParameter, RuleParameterType } from "./rule-parameter.js";

const mostParameters = 20;
const parameterName = /^[a-z][a-z0-9_]{0,39}$/;
const number = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/;

/** Adds all that is wrong with what a global rule leaves open. */
export function checkParameters({ parameters, expr, annotations }: Parametrised, errors: UserErrors): void {
  if (parameters.length > mostParameters) {
    errors.add("LIMIT", `At most ${mostParameters} parameters are allowed.`, ["input", "parameters"]);
    return;
  }
  const used = placeholdersIn(expr);
  const names = new Set<string>();
  for (const [index, parameter] of parameters.entries()) {
    const at = (field: string) => ["input", "parameters", String(index), field];
    errors.check(checkName(parameter.name, names, used), at("name"));
    names.add(parameter.name);
    const description = checkText("The description", parameter.description, { mostBytes: 500 });
    errors.check(description, at("description"));
    if (parameter.unit != null) errors.check(checkText("The unit", parameter.unit, { mostBytes: 40 }), at("unit"));
    for (const field of ["min", "max"] as const) {
      const bound = parameter[field];
      if (bound != null) errors.check(checkShape(parameter.type, bound), at(field));
    }
    errors.check(checkValue(parameter, parameter.default), at("default"));
  }
  for (const name of used) {
    if (!names.has(name)) errors.add("INVALID", undeclared(name), ["input", "expr"]);
  }
  if (parameters.length === 0) return;
  for (const [annotation, text] of Object.entries(annotations)) {
    for (const name of placeholdersIn(text)) {
      if (!names.has(name)) errors.add("INVALID", undeclared(name), ["input", "annotations", annotation]);
    }
  }
}

/** Adds what is wrong with the values that a project gives to parameters. */
export function checkValues(parameters: readonly RuleParameter[], values: ParameterValues, errors: UserErrors): void {
  for (const [name, value] of Object.entries(values)) {
    const parameter = parameters.find((each) => each.name === name);
    const message = parameter === undefined ? unknownParameter(name, parameters) : checkValue(parameter, value);
    errors.check(message, ["input", "parameters", name]);
  }
}

function checkValue({ type, min, max }: RuleParameter, value: string): string | null {
  const shape = checkShape(type, value);
  if (shape !== null) return shape;
  if (min != null && checkShape(type, min) === null && compare(type, value, min) < 0) return `The least is ${min}.`;
  if (max != null && checkShape(type, max) === null && compare(type, value, max) > 0) return `The most is ${max}.`;
  return null;
}

function checkShape(type: RuleParameterType, value: string): string | null {
  if (type === "DURATION") return checkDuration(value, { least: "1s" });
  return number.test(value) ? null : "A number is written in decimal digits, such as 90 or 0.5.";
}

function compare(type: RuleParameterType, a: string, b: string): number {
  if (type === "NUMBER") return Number(a) - Number(b);
  return parseDuration(a) === null || parseDuration(b) === null ? 0 : compareDurations(a, b);
}

function checkName(name: string, others: ReadonlySet<string>, used: ReadonlySet<string>): string | null {
  if (!parameterName.test(name)) {
    return 'A parameter\'s name is a small letter, then small letters, digits and "_", at most 40 together.';
  }
  if (others.has(name)) return `There are two parameters "${name}".`;
  return used.has(name) ? null : `The expression does not use it: write <<${name}>> where its value is to stand.`;
}

function undeclared(name: string): string {
  return `There is no parameter "${name}" for <<${name}>>: add it to the parameters.`;
}

function unknownParameter(name: string, parameters: readonly RuleParameter[]): string {
  const names = parameters.map((each) => `"${each.name}"`).join(", ");
  return names === "" ? `The rule has no parameters.` : `The rule has no parameter "${name}"; it has ${names}.`;
}
