/** What goes away with a project: told inside the transaction that deletes it, by the domains that own it. */
export interface ProjectContents {
  /** Deletes all that belongs to the project. */
  removeOf(projectId: string): Promise<void>;
}

/** Answers whether a contact group is one of the project's own; asked of the domain that owns them. */
export interface ContactGroupsOfProject {
  belongsTo(contactGroupId: string, projectId: string): Promise<boolean>;
}
