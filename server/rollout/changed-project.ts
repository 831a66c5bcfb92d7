import { Field, ID, Int, ObjectType } from "type-graphql";
import type { Revisions } from "../audit/audit-repository.js";
import type { Page } from "../core/page.js";
import { type PageHolder, pageType } from "../graph/connection.js";
import { Project } from "../projects/project.js";

/** A project that changed, or went away, as agents fetch it. */
@ObjectType({ description: "A project that changed, or went away." })
export class ChangedProject {
  @Field(() => ID, { description: "The project's id." })
  readonly id!: string;

  @Field(() => String, { description: "The project's name." })
  readonly name!: string;

  @Field(() => Int, { description: "The newest revision that touched it." })
  readonly revision!: number;

  @Field(() => Boolean, { description: "Whether it was deleted." })
  readonly deleted!: boolean;

  @Field(() => Boolean, {
    description:
      "Whether it lives in another shard than the one asked for: take it away where you have it, and do not count it among the deleted.",
  })
  readonly movedAway!: boolean;

  @Field(() => Project, {
    nullable: true,
    description: "The project with all that belongs to it; null exactly when it was deleted or moved away.",
  })
  readonly project!: Project | null;
}

/** A page of changed projects, with the revision that it brings its reader to. */
@ObjectType({ description: "A page of changed projects, oldest change first." })
export class ChangedProjectConnection
  extends pageType<ChangedProject>("ChangedProject", () => ChangedProject)
  implements PageHolder<ChangedProject>
{
  @Field(() => Int, {
    description:
      "The newest revision when this page was read. Who has applied all pages of a walk runs the revision of its last page.",
  })
  readonly revision!: number;

  @Field(() => Int, { description: "The newest revision that touched a global rule." })
  readonly globalRulesRevision!: number;
}

/** What the connection is made from. */
export type ChangedProjectPage = Pick<ChangedProjectConnection, "page" | "revision" | "globalRulesRevision">;

/** Shows a page of projects, tombstones among them, as changes. */
export function changedProjects(
  page: Page<Project>,
  { value, globalRulesValue }: Revisions,
  isElsewhere: (project: Project) => boolean,
): ChangedProjectPage {
  const cursors = new Map(page.items.map((project) => [project.id, page.cursorOf(project)]));
  const items = page.items.map((project) => changedProject(project, isElsewhere(project)));
  const cursorOf = ({ id }: ChangedProject) => cursors.get(id) ?? "";
  return { page: { ...page, items, cursorOf }, revision: value, globalRulesRevision: globalRulesValue };
}

function changedProject(project: Project, isElsewhere: boolean): ChangedProject {
  const { id, name, revision } = project;
  const deleted = project.deletedAt !== null;
  const movedAway = !deleted && isElsewhere;
  return { id, name, revision, deleted, movedAway, project: deleted || movedAway ? null : project };
}
