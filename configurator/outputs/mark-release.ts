import { randomBytes } from "node:crypto";
import { groupsIn, releaseFile, renderRelease } from "../render/release-mark.js";
import type { Output } from "./output.js";

/**
 * Gives the release that is being built a mark of its own, so that its processes can be asked which release they run. It
 * comes last, and only to a release that differs from the one in use: by itself it is no reason for a reload.
 */
export function markRelease(
  { tree, markedRules }: Output,
  revision: number,
  nonce = randomBytes(6).toString("hex"),
): void {
  if (markedRules === undefined) return;
  const paths = tree.building.list(markedRules);
  const groups = paths.reduce((sum, path) => sum + groupsIn(tree.building.read(path) ?? ""), 0);
  tree.write(new Map([[releaseFile, renderRelease({ revision, nonce, files: paths.length, groups })]]));
}

/** Gives the built release its mark and its name, and puts it in use; answers the name. */
export function publishMarked(output: Output, revision: number): string {
  markRelease(output, revision);
  return output.tree.publish(revision);
}
