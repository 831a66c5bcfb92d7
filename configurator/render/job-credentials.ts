import type { EgressGate } from "../egress/egress-gate.js";
import type { ProjectConfig, ScrapeJobConfig } from "../fetch/project-config.js";
import { nameTag } from "./name-tag.js";
import { isId } from "./names.js";
import { textProblem } from "./text-problem.js";
import type { YamlValue } from "./yaml-text.js";

/** What the config of a scrape or a probe says of credentials, and the file that holds the secret: its name and its text. */
export interface RenderedCredentials {
  readonly config: { readonly [key: string]: YamlValue };
  readonly file: string;
  readonly secret: string;
}

/** How the files of secrets are named, and where they are. */
export interface SecretFiles {
  /** The folder that they will be in when they are read. */
  readonly secretsFolder: string;
  /** What their names are made with. */
  readonly namingKey: string;
}

/** Says why a job may not say who it is, or undefined; that its secret cannot be read now is no such reason. */
export function credentialsProblem(job: ScrapeJobConfig, gate: EgressGate): string | undefined {
  const { credentials, scheme } = job;
  if (credentials === null) return undefined;
  if (!isId(job.id)) return "its id is not allowed";
  if (scheme !== "HTTPS" && !gate.credentialsOverHttp) return "its credentials may only be sent over HTTPS";
  const text = textProblem([credentials.username ?? ""]);
  if (text !== undefined) return `its user name ${text}`;
  if (credentials.kind === "BASIC_AUTH" && /^$|:/.test(credentials.username ?? ""))
    return "its user name is not allowed";
  if (credentials.kind !== "BASIC_AUTH" && credentials.kind !== "BEARER_TOKEN") {
    return "its credentials are of a kind that this agent does not know";
  }
  // A line break would end the header; white space at the ends is cut off by whoever reads the file.
  const { secret } = credentials;
  if (secret !== null && (/[\p{Cc}\p{Cs}]/u.test(secret) || secret.trim() !== secret || secret === "")) {
    return "its password or token is not allowed";
  }
  return undefined;
}

/** Says why a job's secret cannot be read now, or undefined. */
export function unreadableSecret({ credentials }: ScrapeJobConfig): string | undefined {
  if (credentials === null || credentials.secret !== null) return undefined;
  return credentials.secretProblem ?? "The server did not tell its password or token.";
}

/** How a job says who it is, with the secret in a file of its own; undefined where it does not, or cannot now. */
export function renderCredentials(
  project: ProjectConfig,
  { id, credentials }: ScrapeJobConfig,
  { secretsFolder, namingKey }: SecretFiles,
): RenderedCredentials | undefined {
  if (credentials === null || credentials.secret === null) return undefined;
  const { kind, username, secret } = credentials;
  const file = `${project.name}.${id}.${nameTag(namingKey, [id, kind, username, secret])}`;
  const path = `${secretsFolder}/${file}`;
  const config: RenderedCredentials["config"] =
    kind === "BASIC_AUTH"
      ? { basic_auth: { username: username ?? "", password_file: path } }
      : { authorization: { credentials_file: path } };
  return { config, file, secret };
}
