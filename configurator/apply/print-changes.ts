import { createTwoFilesPatch } from "diff";
import type { Changes } from "../fetch/fetch-changes.js";
import type { Outputs } from "../outputs/make-outputs.js";
import type { OutputName } from "../render/render-project.js";
import { circumstancesOf, outputChanges } from "./output-changes.js";
import { SecretMask } from "./secret-mask.js";
import { targetChanges } from "./target-changes.js";

/** The outputs that hold nothing of the operators but what the settings say in the open. */
const withoutBase: ReadonlySet<OutputName> = new Set(["thanos-rule", "thanos-query", "karma-acl"]);

/** The changes as unified diffs of all files that would be written or removed, in order; secrets are not shown. */
export function* printChanges(made: Outputs, changes: Changes, now: Date): Generator<string, void, undefined> {
  const { outputs, targets } = made;
  const circumstances = circumstancesOf(made, now);
  const mask = new SecretMask();
  for (const output of outputs) {
    const isOfProject = (path: string) => output.projectFolders.some((folder) => path.startsWith(`${folder}/`));
    const different = [...outputChanges(output, changes, circumstances)].toSorted(([a], [b]) => (a < b ? -1 : 1));
    for (const [path, text] of different) {
      const name = `${output.name}/${path}`;
      if (path.startsWith("secrets/")) yield `${text === null ? "Remove" : "Write"} ${name} (a secret, not shown)\n`;
      else {
        // Other main files hold what the operators' base files say, passwords too.
        const isOurs = withoutBase.has(output.name) || isOfProject(path);
        const shown = (each: string | undefined) => (each === undefined || isOurs ? each : mask.hide(name, each));
        yield patch(name, shown(output.tree.inUse.read(path)), shown(text ?? undefined));
      }
    }
  }
  if (targets === undefined) return;
  const changed = targetChanges(targets.folder, changes).toSorted((a, b) => (a.project < b.project ? -1 : 1));
  for (const { project, tier, text } of changed) {
    for (const each of new Set([...targets.folder.tiers(), ...(tier === undefined ? [] : [tier])])) {
      const old = targets.folder.read(each, project);
      const next = each === tier ? text : undefined;
      if (old !== next) yield patch(`prometheus/targets/${each}/${project}.json`, old, next);
    }
  }
}

function patch(path: string, before: string | undefined, after: string | undefined): string {
  const name = (text: string | undefined) => (text === undefined ? "/dev/null" : path);
  return createTwoFilesPatch(name(before), name(after), before ?? "", after ?? "", undefined, undefined, {
    headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true },
  });
}
