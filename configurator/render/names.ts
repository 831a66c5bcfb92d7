import { readAddress } from "../egress/address-rules.js";

const projectName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const partName = /^[^/\p{Cc}\p{Cs}\u2028\u2029]{1,200}$/u;
const id = /^[a-zA-Z0-9_]{1,64}$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Series that Prometheus itself writes. */
const ownSeries = /^(?:up|ALERTS|ALERTS_FOR_STATE|scrape_.*)$/;
/** Says which projects override which global rules; neither a target nor a rule of a project may give such series. */
export const overriddenSeries = "metricsinfra_overridden";
const hostLabel = /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$/;
// "127.1", "0x7f.1" and "2130706433" are addresses to some programs, and none of them says so.
const numericLabel = /^([0-9]+|0[xX][0-9a-fA-F]*)$/;

/*
 * The server checks all of these when they are written. They are checked again because here they become file names,
 * parts of joined names and labels: a mistake elsewhere must not become a path out of our folder.
 */

/** Whether a project's name can be a file name and a label value without escaping. No file of ours can have its name. */
export function isProjectName(name: string): boolean {
  return projectName.test(name);
}

/** Whether a job's or a contact group's name can be the second part of `project/name`. */
export function isPartName(name: string): boolean {
  return partName.test(name) && !name.includes("{{");
}

/** Whether an object's id is made of letters, digits and `_` alone. */
export function isId(text: string): boolean {
  return id.test(text);
}

/** Whether a tenant may set this label: one that Prometheus 2.42 reads, and not one of its own. */
export function isTenantLabel(name: string): boolean {
  return labelName.test(name) && !name.startsWith("__") && name.length <= 128;
}

/** Says why a rule may not record under this name, or undefined. */
export function recordProblem(name: string): string | undefined {
  if (!metricName.test(name)) return "its name is none for a series";
  if (name === overriddenSeries) return "it records under a name that is kept for what projects override";
  return ownSeries.test(name) ? "it records under the name of a series that Prometheus itself writes" : undefined;
}

/** Whether the text can stand before `:port` in an address, an IPv6 address without its brackets. */
export function isHost(text: string): boolean {
  return isHostName(text) || readAddress(text) !== undefined;
}

/** Whether the text is a DNS name and nothing that some would read as an IP address. */
export function isHostName(text: string): boolean {
  const labels = text.split(".");
  const isNumeric = numericLabel.test(labels.at(-1) ?? "");
  return text.length <= 253 && !isNumeric && labels.every((label) => hostLabel.test(label));
}

/** The first label that a tenant may not set, or undefined. */
export function refusedLabel(
  labels: Readonly<Record<string, string>>,
  reserved: readonly string[],
): string | undefined {
  return Object.keys(labels).find((name) => !isTenantLabel(name) || reserved.includes(name));
}
