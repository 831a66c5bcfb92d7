import type { Database } from "../core/database/database.js";
import { all, equals } from "../core/database/narrow.js";
import { StoredRepository } from "../core/database/stored-repository.js";
import type { ContactGroupsOfProject, ProjectContents } from "../projects/project-contents.js";
import { ContactGroup } from "./contact-group.js";

/** Contact groups in the database. */
export class ContactGroupRepository
  extends StoredRepository<ContactGroup>
  implements ContactGroupsOfProject, ProjectContents
{
  constructor(database: Database) {
    super(database, ContactGroup);
  }

  async findByName(projectId: string, name: string): Promise<ContactGroup | null> {
    const [found] = await this.select(all(equals("projectId", projectId), equals("name", name)));
    return found ?? null;
  }

  async belongsTo(contactGroupId: string, projectId: string): Promise<boolean> {
    const found = await this.find(contactGroupId);
    return found?.projectId === projectId;
  }

  async removeOf(projectId: string): Promise<void> {
    await this.database.transaction((manager) => manager.delete(ContactGroup, { projectId }));
  }
}
