import type { GlobalRole, ProjectRole } from "./roles.js";

/** Who may do an action: from which role in the project on, and with which roles over all projects. */
interface Grant {
  /** The least role in the project; null when no role in a project is enough. */
  readonly project: ProjectRole | null;
  readonly global: readonly GlobalRole[];
  /** Whether the role is enough without a name too: where the settings give strangers a role, as on a public board. */
  readonly anonymous: boolean;
}

const readers: readonly GlobalRole[] = ["OPERATOR", "READER", "AGENT"];

/** The policy: action × role. Every service asks it, through the caller, before anything else. */
export const policy = {
  // action                in the project     over all projects              without a name
  "platform.read": { project: null, global: ["OPERATOR", "READER"], anonymous: false }, // alerts and changes that belong to no project
  "project.read": { project: "VIEWER", global: readers, anonymous: true }, // and its jobs, targets, rules, alerts, silences
  "project.create": { project: null, global: ["OPERATOR"], anonymous: false },
  "project.update": { project: "ADMIN", global: ["OPERATOR"], anonymous: false },
  "project.administer": { project: null, global: ["OPERATOR"], anonymous: false }, // limit tier, ACL group, OpenStack id
  "project.delete": { project: null, global: ["OPERATOR"], anonymous: false },
  "config.write": { project: "MEMBER", global: ["OPERATOR"], anonymous: false }, // scrape jobs, rules, contact groups
  "contact.read": { project: "VIEWER", global: readers, anonymous: false }, // people's addresses
  "credentials.read": { project: "VIEWER", global: readers, anonymous: false }, // users' names in scrape jobs, no secrets
  "secret.read": { project: null, global: ["AGENT"], anonymous: false },
  "silence.write": { project: "MEMBER", global: ["OPERATOR"], anonymous: false },
  "silence.writePlatform": { project: null, global: ["OPERATOR"], anonymous: false }, // silences that name no project
  "globalRule.read": { project: "VIEWER", global: readers, anonymous: true }, // in any project: global rules alert for all of them
  "globalRule.write": { project: null, global: ["OPERATOR"], anonymous: false },
  "globalRule.override": { project: "ADMIN", global: ["OPERATOR"], anonymous: false },
  "token.read": { project: "ADMIN", global: ["OPERATOR"], anonymous: false },
  "token.write": { project: "ADMIN", global: ["OPERATOR"], anonymous: false },
  "token.readGlobal": { project: null, global: ["OPERATOR"], anonymous: false }, // tokens with a role over all projects
  "token.writeGlobal": { project: null, global: ["OPERATOR"], anonymous: false },
  "audit.read": { project: "VIEWER", global: ["OPERATOR", "READER"], anonymous: false },
  "audit.readSource": { project: "ADMIN", global: ["OPERATOR", "READER"], anonymous: false }, // the address that a change came from
  "audit.readTokens": { project: "ADMIN", global: ["OPERATOR", "READER"], anonymous: false }, // who was given a token
  "change.read": { project: null, global: ["OPERATOR", "AGENT"], anonymous: false }, // what configurators fetch
  "egress.read": { project: null, global: readers, anonymous: false }, // where tenants' config may point
  "capacity.read": { project: null, global: ["OPERATOR", "READER"], anonymous: false }, // how large the Prometheus servers are
  "shard.move": { project: null, global: ["OPERATOR"], anonymous: false },
  "shard.read": { project: null, global: readers, anonymous: false }, // which Prometheus servers scrape which projects
  "agent.administer": { project: null, global: ["OPERATOR"], anonymous: false },
  "agent.report": { project: null, global: ["AGENT"], anonymous: false },
  "agent.read": { project: "VIEWER", global: readers, anonymous: true }, // in any project
  "agent.releaseBrake": { project: null, global: ["OPERATOR"], anonymous: false }, // deletions that agents hold back
  "agent.readProblems": { project: null, global: readers, anonymous: false }, // those of the agent itself, and of no project
} as const satisfies Record<string, Grant>;

/** Something that can be asked of the policy. */
export type Action = keyof typeof policy;
