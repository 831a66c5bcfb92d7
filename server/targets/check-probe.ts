import { checkAuthority, checkDnsName } from "../core/address.js";
import { checkHeaders, checkRequestPath } from "../core/http-field.js";
import { checkRegex } from "../core/regex.js";
import { checkLine } from "../core/text.js";
import type { UserErrors } from "../graph/user-error.js";
import type { HttpProbe, Probe } from "./probe.js";

const mostStatusCodes = 32;

/** Adds what is wrong with a probe to `errors`. */
export function checkProbe(probe: Probe, errors: UserErrors): void {
  if (probe.kind === "HTTP") checkHttpProbe(probe, errors);
  if (probe.kind === "DNS") {
    errors.check(checkDnsName(probe.queryName), ["input", "probe", "dns", "queryName"]);
    errors.check(checkPattern(probe.answerMatches), ["input", "probe", "dns", "answerMatches"]);
  }
}

/** Says what is wrong with a regular expression, or null; null means that there is none. */
export function checkPattern(pattern: string | null): string | null {
  return pattern === null ? null : (checkLine("A regular expression", pattern, 4096) ?? checkRegex(pattern));
}

function checkHttpProbe(probe: HttpProbe, errors: UserErrors): void {
  const path = ["input", "probe", "http"];
  errors.check(checkRequestPath(probe.path), [...path, "path"]);
  if (probe.hostHeader !== null) errors.check(checkAuthority(probe.hostHeader), [...path, "hostHeader"]);
  errors.checkEntries(checkHeaders(probe.headers), [...path, "headers"]);
  errors.check(checkStatusCodes(probe.validStatusCodes), [...path, "validStatusCodes"]);
  errors.check(checkPattern(probe.bodyMatches), [...path, "bodyMatches"]);
  errors.check(checkPattern(probe.bodyNotMatches), [...path, "bodyNotMatches"]);
}

function checkStatusCodes(codes: readonly number[]): string | null {
  if (codes.length > mostStatusCodes) return `At most ${mostStatusCodes} statuses are allowed.`;
  if (codes.some((code) => code < 100 || code > 599)) return "A status is a number from 100 to 599.";
  return new Set(codes).size === codes.length ? null : "A status is given twice.";
}
