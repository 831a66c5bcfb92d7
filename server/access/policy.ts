import type { GlobalRole, ProjectRole } from "./roles.js";

/** Who may do an action: from which role in the project on, and with which roles over all projects. */
interface Grant {
  /** The least role in the project; null when no role in a project is enough. */
  readonly project: ProjectRole | null;
  readonly global: readonly GlobalRole[];
}

const readers: readonly GlobalRole[] = ["OPERATOR", "READER", "AGENT"];

/** The policy: action × role. Every service asks it, through the caller, before anything else. */
export const policy = {
  // action                project     over all projects
  "project.read": { project: "VIEWER", global: readers },
  "project.create": { project: null, global: ["OPERATOR"] },
  "project.update": { project: "ADMIN", global: ["OPERATOR"] },
  "project.administer": { project: null, global: ["OPERATOR"] }, // limit tier, ACL group, OpenStack id
  "project.delete": { project: null, global: ["OPERATOR"] },
  "config.write": { project: "MEMBER", global: ["OPERATOR"] }, // scrape jobs, rules, contact groups
  "secret.read": { project: null, global: ["AGENT"] },
  "silence.write": { project: "MEMBER", global: ["OPERATOR"] },
  "silence.writePlatform": { project: null, global: ["OPERATOR"] }, // silences that name no project
  "alert.readPlatform": { project: null, global: ["OPERATOR", "READER"] }, // alerts that belong to no project
  "globalRule.read": { project: "VIEWER", global: readers }, // in any project: global rules alert for all of them
  "globalRule.write": { project: null, global: ["OPERATOR"] },
  "token.read": { project: "ADMIN", global: ["OPERATOR"] },
  "token.write": { project: "ADMIN", global: ["OPERATOR"] },
  "token.writeGlobal": { project: null, global: ["OPERATOR"] }, // tokens with a role over all projects
  "audit.read": { project: "VIEWER", global: ["OPERATOR", "READER"] },
  "change.read": { project: null, global: ["OPERATOR", "AGENT"] }, // what configurators fetch
  "agent.report": { project: null, global: ["AGENT"] },
  "agent.read": { project: "VIEWER", global: readers }, // in any project
} as const satisfies Record<string, Grant>;

/** Something that can be asked of the policy. */
export type Action = keyof typeof policy;
