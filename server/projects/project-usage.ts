import { ObjectType } from "type-graphql";

/** How much a project has now of what its tier limits; each number is a field of the domain that owns what is counted. */
@ObjectType({
  description:
    "How much a project has now of what its tier limits; each number stands beside the limit of its name in `Project.limits`.",
})
export class ProjectUsage {
  constructor(
    readonly projectId: string,
    readonly projectName: string,
  ) {}
}
