import type { Caller } from "../access/caller.js";
import type { OpenedSecret } from "../secrets/secret-keys.js";
import type { SecretStore } from "../secrets/secret-store.js";
import type { ScrapeCredentials } from "./scrape-credentials.js";
import type { ScrapeJob } from "./scrape-job.js";

/** The credentials of scrape jobs, and their secrets for agents; everybody else gets no secret. */
export class ScrapeCredentialsService {
  constructor(private readonly secrets: SecretStore) {}

  /** The credentials of a job that is visible to the caller; null when it has none, or the caller may not see them. */
  of(caller: Caller, { id, projectId, credentials }: ScrapeJob): ScrapeCredentials | null {
    if (credentials === null || !caller.may("credentials.read", projectId)) return null;
    return { ...credentials, hasSecret: true, jobId: id };
  }

  /** The password or the token; null to everybody but agents, and while it cannot be read. */
  async secretOf(caller: Caller, credentials: ScrapeCredentials): Promise<string | null> {
    const opened = await this.#open(caller, credentials);
    return opened !== null && "plaintext" in opened ? opened.plaintext : null;
  }

  /** Why it cannot be read; null when it can, and to everybody but agents. */
  async problemOf(caller: Caller, credentials: ScrapeCredentials): Promise<string | null> {
    const opened = await this.#open(caller, credentials);
    return opened !== null && "problem" in opened ? opened.problem : null;
  }

  async #open(caller: Caller, { secretId, jobId }: ScrapeCredentials): Promise<OpenedSecret | null> {
    return caller.may("secret.read") ? this.secrets.open(caller.loaders, secretId, jobId) : null;
  }
}
