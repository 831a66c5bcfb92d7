import type { EgressGate } from "../egress/egress-gate.js";
import { contactHost } from "../egress/project-hosts.js";
import type { ContactConfig, ContactGroupConfig, ProjectConfig } from "../fetch/project-config.js";
import { hostOfUrl } from "./host-of-url.js";
import type { SecretFiles } from "./job-credentials.js";
import { nameTag } from "./name-tag.js";
import { isId, isPartName } from "./names.js";
import { byName } from "./order.js";
import type { Problem } from "./problem.js";
import { textProblem } from "./text-problem.js";
import type { YamlValue } from "./yaml-text.js";

/** How this Alertmanager reaches people, beside what its base file says. */
export interface ContactOptions {
  /** The folder that the secrets' files will be in when Alertmanager reads them. */
  readonly secretsFolder: string;
  /** Whether alerts of a project go on to the base file's own routes. */
  readonly continue: boolean;
  /** Whether the base file names a mail server. */
  readonly email: boolean;
  readonly ircRelayUrl?: string | undefined;
  readonly phabricatorUrl?: string | undefined;
}

/** What one project adds to Alertmanager's config. */
export interface ContactFragment {
  readonly routes: readonly YamlValue[];
  readonly receivers: readonly YamlValue[];
}

/** A project's fragment, absent when it has no contact group, the secrets that go to files of their own, by file name. */
export interface RenderedContacts {
  readonly fragment?: ContactFragment;
  readonly secrets: ReadonlyMap<string, string>;
  /** Whether a secret could not be read; else this is only for a machine that has nothing of the project yet. */
  readonly isIncomplete: boolean;
  /** Whether a contact is left out because its host may not be reached. */
  readonly isOutOfReach: boolean;
  readonly problems: readonly Problem[];
}

/** The keys of Alertmanager's receiver that one contact adds an entry to, with that entry; or why it has none. */
type RenderedContact =
  | {
      readonly kind: "email_configs" | "webhook_configs" | "slack_configs";
      readonly config: YamlValue;
      readonly secret?: string;
    }
  | { readonly problem: string };

/** A redirect would send the token, and our requests, to wherever the receiver says. */
const direct = { follow_redirects: false };

/** One project's route and receivers. Its alerts go to its default contact group; without one it has no route. */
export function renderContacts(
  project: ProjectConfig,
  options: ContactOptions & Pick<SecretFiles, "namingKey">,
  gate: EgressGate,
): RenderedContacts {
  const secrets = new Map<string, string>();
  const problems: Problem[] = [];
  const report = (message: string) => problems.push({ project: project.id, message });
  const receivers: YamlValue[] = [];
  const routes: YamlValue[] = [];
  let [isIncomplete, isOutOfReach] = [false, false];
  for (const group of project.contactGroups.toSorted(byName)) {
    if (!isPartName(group.name) || !isId(group.id)) {
      report(`Contact group "${group.name}" is left out: its name is not allowed.`);
      continue;
    }
    const configs: Record<string, YamlValue[]> = {};
    for (const [index, contact] of group.contacts.entries()) {
      if (contact.secretProblem != null) {
        isIncomplete = true;
        report(
          `Contact group "${group.name}" lacks its contact ${index + 1} (${contact.type}): ${contact.secretProblem} ` +
            "Meanwhile the machine keeps the contacts that it had of this project, if any.",
        );
        continue;
      }
      const host = contactHost(contact);
      const refusal = host && gate.refusal(project.name, host);
      if (refusal !== undefined) {
        isOutOfReach = true;
        report(`Contact group "${group.name}" leaves out its contact ${index + 1} (${contact.type}): ${refusal}.`);
        continue;
      }
      const tag = nameTag(options.namingKey, [group.id, contact.type, contact.value, contact.secret]);
      const secretFile = `${project.name}.${group.id}.${tag}`;
      const rendered = renderContact(contact, options, `${options.secretsFolder}/${secretFile}`);
      if ("problem" in rendered) {
        report(
          `Contact group "${group.name}" leaves out its contact ${index + 1} (${contact.type}): ${rendered.problem}.`,
        );
        continue;
      }
      configs[rendered.kind] = [...(configs[rendered.kind] ?? []), rendered.config];
      if (rendered.secret !== undefined) secrets.set(secretFile, rendered.secret);
    }
    receivers.push({ name: receiverName(project, group), ...configs });
    if (group.id === project.defaultContactGroup?.id) routes.push(route(project, group, options.continue));
  }
  const rest = { secrets, isIncomplete, isOutOfReach, problems };
  return receivers.length === 0 ? rest : { fragment: { routes, receivers }, ...rest };
}

function receiverName(project: ProjectConfig, group: ContactGroupConfig): string {
  return `${project.name}/${group.name}`;
}

function route(project: ProjectConfig, group: ContactGroupConfig, goesOn: boolean): YamlValue {
  return {
    receiver: receiverName(project, group),
    matchers: [`project="${project.name}"`],
    continue: goesOn ? true : undefined,
  };
}

function renderContact(contact: ContactConfig, options: ContactOptions, secretFile: string): RenderedContact {
  const problem = textProblem([contact.value, contact.secret ?? ""]);
  if (problem !== undefined) return { problem: `it ${problem}` };
  const common = { send_resolved: contact.sendResolved };
  switch (contact.type) {
    case "EMAIL":
      if (!options.email) return { problem: "this agent's Alertmanager has no mail server" };
      if (!/^[^\s,<>{}"()]+@[^\s,<>{}"()]+$/.test(contact.value)) return { problem: "it is not one e-mail address" };
      // RFC 3834: what sends mail by itself says so, and no absence notice comes back.
      return {
        kind: "email_configs",
        config: { to: contact.value, headers: { "Auto-Submitted": "auto-generated" }, ...common },
      };
    case "IRC": {
      if (options.ircRelayUrl === undefined) return { problem: "this agent has no IRC relay" };
      // One of dots alone would be a path's own way up, whatever is done to its characters.
      if (!/^##?(?=.*\w)[^\s#/?,]+$/.test(contact.value)) return { problem: "it is not an IRC channel" };
      const url = `${withoutSlash(options.ircRelayUrl)}/${encodeURIComponent(contact.value.slice(1))}`;
      return { kind: "webhook_configs", config: { url, ...common } };
    }
    case "PHABRICATOR": {
      if (options.phabricatorUrl === undefined) return { problem: "this agent has no Phabricator relay" };
      const url = `${options.phabricatorUrl}?phid=${encodeURIComponent(contact.value)}`;
      return { kind: "webhook_configs", config: { url, ...common } };
    }
    case "SLACK":
      if (contact.secret === null) return { problem: "it has no webhook URL" };
      if (hostOfUrl(contact.secret) === undefined) return { problem: "its webhook is not an http or https URL" };
      return {
        kind: "slack_configs",
        config: { api_url_file: secretFile, channel: contact.value, http_config: direct, ...common },
        secret: contact.secret,
      };
    case "WEBHOOK":
      return renderWebhook(contact, common, secretFile);
    default:
      return { problem: "it is of a type that this agent does not know" };
  }
}

function renderWebhook(
  contact: ContactConfig,
  common: { readonly send_resolved: boolean },
  secretFile: string,
): RenderedContact {
  if (hostOfUrl(contact.value) === undefined) return { problem: "it is not an http or https URL" };
  if (contact.secret === null) {
    return { kind: "webhook_configs", config: { url: contact.value, http_config: direct, ...common } };
  }
  const authorization = { credentials_file: secretFile };
  return {
    kind: "webhook_configs",
    config: { url: contact.value, http_config: { ...direct, authorization }, ...common },
    secret: contact.secret,
  };
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
