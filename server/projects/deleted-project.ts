import { Field, ID, ObjectType } from "type-graphql";
import { AuditEntry } from "../audit/audit-entry.js";
import { connectionType } from "../graph/connection.js";
import { DateTime } from "../graph/scalars.js";

/** A deleted project that can still be brought back. */
@ObjectType({
  description:
    "A deleted project that can still be brought back, with the scrape jobs and their credentials, the rules, and the contact groups and their secrets that went with it: give its `auditEntry` to `entityRestore`.",
})
export class DeletedProject {
  @Field(() => ID, { description: "The id that it had, and will have again." })
  readonly id!: string;

  @Field(() => String, {
    description: "Its name. A new project may have taken it; while there is one, this project cannot come back.",
  })
  readonly name!: string;

  @Field(() => String, { description: "What the project was, for people." })
  readonly description!: string;

  @Field(() => DateTime, { description: "When it was deleted." })
  readonly deletedAt!: Date;

  @Field(() => DateTime, {
    description: "Until when it can be brought back. Then what is left of it is removed, its secrets first of all.",
  })
  readonly restorableUntil!: Date;

  @Field(() => String, {
    nullable: true,
    description: "Who deleted it: the name of the token or person; null when the change log does not say any more.",
  })
  deletedBy(): string | null {
    return this.auditEntry?.actor ?? null;
  }

  @Field(() => AuditEntry, {
    nullable: true,
    description:
      "The entry of the change log that tells of its deletion, for `entityRestore`; null when somebody removed it from the database.",
  })
  readonly auditEntry!: AuditEntry | null;
}

/** A page of deleted projects. */
export const DeletedProjectConnection = connectionType<DeletedProject>("DeletedProject", () => DeletedProject);
