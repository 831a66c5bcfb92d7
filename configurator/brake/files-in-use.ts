import { projectOfPath } from "../disk/release-view.js";
import type { Outputs } from "../outputs/make-outputs.js";
import type { Output } from "../outputs/output.js";
import type { OutputName } from "../render/render-project.js";
import { type GlobalRuleMode, globalRulesName } from "../render/rule-file.js";
import type { FileText } from "./file-items.js";

/** What projects have on this machine now: the files that say so, those of secrets left out. */
export class FilesInUse {
  readonly #tiers: readonly string[];

  constructor(private readonly made: Outputs) {
    this.#tiers = made.targets?.folder.tiers() ?? [];
  }

  /** The projects that have files here. */
  projects(): ReadonlySet<string> {
    const { outputs, targets } = this.made;
    const paths = outputs.flatMap((output) => countedFolders(output).flatMap((one) => output.tree.inUse.list(one)));
    const inTiers = this.#tiers.flatMap((tier) => targets?.folder.projects(tier) ?? []);
    const names = new Set([...paths.map(projectOfPath), ...inTiers]);
    names.delete(globalRulesName);
    return names;
  }

  /** The outputs that have rules for all projects, and which of these. */
  globalRuleModes(): readonly { readonly output: OutputName; readonly mode: GlobalRuleMode }[] {
    return this.made.outputs.flatMap(({ name, globalRules }) =>
      globalRules === undefined ? [] : [{ output: name, mode: globalRules }],
    );
  }

  /** One project's files, by their output and path; those of the global rules by their name. */
  of(project: string): readonly FileText[] {
    const { outputs, targets } = this.made;
    const files = outputs.flatMap((output) =>
      countedFolders(output).flatMap((folder) => {
        const { name, tree } = output;
        const path = `${folder}/${project}.${folder === "rules" ? "yml" : "json"}`;
        return fileText(`${name}/${path}`, folder === "secrets" ? undefined : tree.inUse.read(path));
      }),
    );
    const inTiers = this.#tiers.flatMap((tier) => fileText(targetPath(project), targets?.folder.read(tier, project)));
    return [...files, ...inTiers];
  }
}

/** All but that in which nothing is that a project has here. */
function countedFolders({ projectFolders, movedFolder }: Output): readonly string[] {
  return projectFolders.filter((folder) => folder !== movedFolder);
}

/** The path of a project's targets, whatever its tier is: a file that moves loses nothing. */
export function targetPath(project: string): string {
  return `prometheus/targets/${project}.json`;
}

function fileText(path: string, text: string | undefined): readonly FileText[] {
  return text === undefined ? [] : [{ path, text }];
}
