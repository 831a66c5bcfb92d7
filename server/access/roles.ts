import { registerEnumType } from "type-graphql";

/** Roles over all projects. */
export const GlobalRole = { OPERATOR: "OPERATOR", READER: "READER", AGENT: "AGENT" } as const;
export type GlobalRole = keyof typeof GlobalRole;

/** Roles within one project; each holds what the ones before it hold. */
export const ProjectRole = { VIEWER: "VIEWER", MEMBER: "MEMBER", ADMIN: "ADMIN" } as const;
export type ProjectRole = keyof typeof ProjectRole;

const rank: Readonly<Record<ProjectRole, number>> = { VIEWER: 1, MEMBER: 2, ADMIN: 3 };

/** Whether `role` holds all that `least` holds. */
export function isAtLeast(role: ProjectRole, least: ProjectRole): boolean {
  return rank[role] >= rank[least];
}

registerEnumType(GlobalRole, {
  name: "GlobalRole",
  description: "A role over all projects.",
  valuesConfig: {
    OPERATOR: { description: "Runs the service: everything, in every project." },
    READER: { description: "Reads every project, changes nothing." },
    AGENT: { description: "A configurator: reads all configuration with its secrets, and reports." },
  },
});

registerEnumType(ProjectRole, {
  name: "ProjectRole",
  description: "A role within one project; each holds what the ones before it hold.",
  valuesConfig: {
    VIEWER: { description: "Reads." },
    MEMBER: { description: "Edits scrape jobs, rules, contact groups and silences." },
    ADMIN: { description: "Edits the project itself and its API tokens." },
  },
});
