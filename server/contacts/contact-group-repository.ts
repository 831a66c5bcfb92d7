import { ChildRepository } from "../core/database/child-repository.js";
import type { Database } from "../core/database/database.js";
import { all, contains, equals } from "../core/database/narrow.js";
import type { EntryCount } from "../core/database/table-reader.js";
import { BatchSource } from "../core/loaders.js";
import type { ContactGroupsOfProject } from "../projects/project-contents.js";
import type { SecretPlace } from "../secrets/secret-keys.js";
import type { SecretHolder } from "../secrets/secret-pruning.js";
import { ContactGroup } from "./contact-group.js";

/** Contact groups in the database. */
export class ContactGroupRepository
  extends ChildRepository<ContactGroup>
  implements ContactGroupsOfProject, SecretHolder
{
  /** How many contact groups each of many projects has, and how many contacts in them all. */
  readonly usageByProject = new BatchSource<string, EntryCount>((ids) =>
    this.entryCounts(ids, "projectId", "contacts"),
  );

  constructor(database: Database) {
    super(database, ContactGroup);
  }

  async findByName(projectId: string, name: string): Promise<ContactGroup | null> {
    const [found] = await this.select(all(equals("projectId", projectId), equals("name", name)));
    return found ?? null;
  }

  countPlaintext(): Promise<number> {
    return this.count(holdsPlaintext);
  }

  /** Some of the groups that hold a secret which is not encrypted; none when there are none. */
  async withPlaintext(): Promise<readonly ContactGroup[]> {
    const order = { property: "createdAt", direction: "ASC" } as const;
    const page = await this.page({ narrow: holdsPlaintext, order, page: { first: 100 }, list: "plaintext" });
    return page.items;
  }

  async heldSecrets(secrets: readonly SecretPlace[]): Promise<readonly string[]> {
    const groups = await this.findMany([...new Set(secrets.map(({ entityId }) => entityId))]);
    return groups.flatMap((group) => group?.contacts.flatMap(({ secretId }) => secretId ?? []) ?? []);
  }

  async belongsTo(contactGroupId: string, projectId: string): Promise<boolean> {
    const found = await this.find(contactGroupId);
    return found?.projectId === projectId;
  }
}

/** A quote within a JSON text is written with a backslash before it, so this is found as a key with a text or not at all. */
const holdsPlaintext = contains("contacts", '"secret":"');
