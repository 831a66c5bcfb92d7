/** What goes away with a project: told inside the transaction that deletes it, by the domains that own it. */
export interface ProjectContents {
  /** Deletes all that belongs to the project. */
  removeOf(projectId: string): Promise<void>;
}

/** Answers whether a contact group is one of the project's own; asked of the domain that owns them. */
export interface ContactGroupsOfProject {
  belongsTo(contactGroupId: string, projectId: string): Promise<boolean>;
}

/** Answers what the groups of a project with this name could be taken for; asked of the domain that owns the rule. */
export interface GroupNames {
  /** Which of its groups would be read as another's, for operators; null when none. */
  collisionOf(projectName: string): string | null;
}
