import type { Act } from "../audit/change.js";
import type { Project } from "./project.js";
import type { ProjectContents } from "./project-contents.js";

/** Takes the roles in a project away from API tokens; asked of the domain that owns them. */
export interface RolesInProject {
  removeOf(projectId: string): Promise<readonly { readonly tokenId: string; readonly role: string }[]>;
}

/** The roles of API tokens in a project, which end with it for good: whoever restores it grants them anew. */
export class ProjectTokenRoles implements ProjectContents {
  constructor(private readonly tokens: RolesInProject) {}

  async removeOf({ id }: Project): Promise<readonly Act[]> {
    const roles = await this.tokens.removeOf(id);
    return roles.map(({ tokenId, role }) => ({
      action: "UPDATE",
      entityType: "ApiToken",
      entityId: tokenId,
      projectId: id,
      before: { role },
      after: { role: null },
    }));
  }
}
