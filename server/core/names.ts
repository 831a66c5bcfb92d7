import { isPrintable } from "./text.js";

const projectName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const mostCharacters = 100;

/**
 * Says what is wrong with a project's name, or null. The name becomes a file name, a label value and the first part of
 * receiver and job names (`project/group`), so it is a DNS label: nothing in it needs escaping anywhere.
 */
export function checkProjectName(name: string): string | null {
  if (projectName.test(name)) return null;
  return "A project name is 1 to 63 lower-case letters, digits and inner hyphens.";
}

/** Says what is wrong with the name of a scrape job or a contact group, or null. It is joined as `project/name`. */
export function checkName(name: string): string | null {
  return checkRuleName(name) ?? (name.includes("/") ? 'A name must not hold "/".' : null);
}

/** Says what is wrong with an alerting rule's name, or null: any printable text, since only people read it. */
export function checkRuleName(name: string): string | null {
  const characters = [...name].length;
  if (characters === 0 || characters > mostCharacters) return `A name is 1 to ${mostCharacters} characters long.`;
  if (!isPrintable(name)) return "A name must not hold control, invisible or direction-changing characters.";
  if (name.trim() !== name) return "A name must not begin or end with a space.";
  if (name.includes("{{") || name.includes("}}")) return 'A name must not hold "{{" or "}}".';
  return null;
}

/** Says what is wrong with the name of a recorded series, or null. */
export function checkMetricName(name: string): string | null {
  if (name.length <= mostCharacters * 2 && metricName.test(name)) return null;
  return `A metric name is 1 to ${mostCharacters * 2} letters, digits, "_" and ":", and does not begin with a digit.`;
}
