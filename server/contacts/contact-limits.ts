import type { Caller } from "../access/caller.js";
import type { EntryCount } from "../core/database/table-reader.js";
import type { UserError } from "../graph/user-error.js";
import type { LimitService } from "../projects/limit-service.js";
import type { ContactGroup } from "./contact-group.js";
import type { ContactGroupRepository } from "./contact-group-repository.js";

/** The limits of projects on who is told. What was written under wider ones stays, and can be changed otherwise. */
export class ContactLimits {
  constructor(
    private readonly repository: ContactGroupRepository,
    private readonly limits: LimitService,
  ) {}

  /** How many contact groups the project has, and how many contacts in them; null unless the caller may read those. */
  async usage(caller: Caller, projectId: string): Promise<EntryCount | null> {
    if (!caller.may("contact.read", projectId)) return null;
    return caller.loaders.for(this.repository.usageByProject).load(projectId);
  }

  /** What speaks against the change, asked inside its transaction. */
  refusal(before: ContactGroup | null, after: ContactGroup | null): Promise<UserError | null> {
    const projectId = (after ?? before)?.projectId ?? "";
    const used = async () => (await this.repository.entryCounts([projectId], "projectId", "contacts"))[0];
    const groups = (after ? 1 : 0) - (before ? 1 : 0);
    const contacts = (after?.contacts.length ?? 0) - (before?.contacts.length ?? 0);
    return this.limits.refusal(projectId, [
      { limit: "contactGroups", by: groups, used: async () => (await used())?.rows ?? 0, path: ["input", "project"] },
      { limit: "contacts", by: contacts, used: async () => (await used())?.entries ?? 0, path: ["input", "contacts"] },
    ]);
  }
}
