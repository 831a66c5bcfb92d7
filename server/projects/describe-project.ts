import type { Description } from "../audit/change.js";
import type { Project } from "./project.js";

/** How a project shows in the change log and in diffs. */
export function describeProject(project: Project): Description {
  const { name, openstackId, description, extraLabels, aclGroup, limitTier, defaultContactGroupId, shardPin } = project;
  const defaultContactGroup = defaultContactGroupId;
  return {
    name,
    openstackId,
    description,
    extraLabels,
    aclGroup,
    limitTier,
    defaultContactGroup,
    ...(shardPin !== null && { shardPin }),
  };
}
