import type { UserErrors } from "../graph/user-error.js";
import type { ScrapeJob } from "./scrape-job.js";

/** What checking a job's credentials depends on beside the job. */
export interface CheckCredentialsOptions {
  /** The job as it is stored; null when it is new. */
  readonly before: ScrapeJob | null;
  /** Whether the operators let credentials be sent in the clear. */
  readonly mayGoOverHttp: boolean;
}

const path = ["input", "credentials"];

/** Adds what is wrong with the credentials of a job to `errors`, taken together with what else it says. */
export function checkCredentials(
  job: ScrapeJob,
  { before, mayGoOverHttp }: CheckCredentialsOptions,
  errors: UserErrors,
): void {
  const { credentials, probe, scheme } = job;
  if (credentials === null) return;
  if (probe !== null && probe.kind !== "HTTP") {
    errors.add("INVALID", "Only scrapes and HTTP probes say who they are.", path);
  }
  if (probe?.kind === "HTTP" && probe.followRedirects) {
    const at = ["input", "probe", "http", "followRedirects"];
    errors.add("INVALID", "A probe with credentials follows no redirects: they would be sent along.", at);
  }
  if (scheme !== "HTTPS" && !mayGoOverHttp) {
    errors.add("INVALID", "Credentials are only sent over HTTPS: set the scheme to HTTPS.", path);
  }
  // Else whoever may change the job, and must not read the secret, would have it sent to a server of their own.
  if (before?.credentials?.secretId === credentials.secretId && reachesMore(before, job)) {
    errors.add("INVALID", "The stored secret is not sent to other targets: give the credentials again.", path);
  }
}

/**
 * Whether a job speaks to somebody to whom it did not speak before, or lets somebody in between listen who could not:
 * in the clear where it did not, or to whoever answers where it asked for a certificate.
 */
function reachesMore(before: ScrapeJob, after: ScrapeJob): boolean {
  if (before.scheme === "HTTPS" && after.scheme !== "HTTPS") return true;
  if (verifiesTls(before) && !verifiesTls(after)) return true;
  const known = new Set(receiversOf(before));
  return receiversOf(after).some((receiver) => !known.has(receiver));
}

/** A scrape always does; only a probe can be told not to. */
function verifiesTls({ probe }: ScrapeJob): boolean {
  return probe?.kind !== "HTTP" || probe.verifyTls;
}

/** Whom a job speaks to: behind one address a Host header or a path may lead to different people's servers. */
function receiversOf({ staticTargets, openstackDiscovery, probe, metricsPath }: ScrapeJob): readonly string[] {
  const [path, header] = probe?.kind === "HTTP" ? [probe.path, probe.hostHeader] : [metricsPath, null];
  const targets = staticTargets.map(({ host, port }) => ({ host, port }));
  const all = openstackDiscovery === null ? targets : [...targets, openstackDiscovery];
  return all.map((target) => JSON.stringify([target, path, header]));
}
