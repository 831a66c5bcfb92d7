import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { AgentState } from "../disk/agent-state.js";
import { ReleaseTree } from "../disk/release-tree.js";
import { FolderView, namesIn } from "../disk/release-view.js";
import { TargetFolder } from "../disk/target-folder.js";
import { authorization } from "../outputs/make-reloader.js";
import { markIn, releaseFile } from "../render/release-mark.js";
import type { OutputName } from "../render/render-project.js";
import type { ProcessSettings, Settings } from "../settings/settings.js";
import { AlertmanagerJudge, configHash } from "./alertmanager-judge.js";
import { PrometheusJudge } from "./prometheus-judge.js";
import { ReloadJudge } from "./reload-judge.js";
import type { RunJudge, RunOutput } from "./run.js";
import { TargetSums } from "./target-sum.js";

/** The processes of one output, and what they are judged by. */
export interface RunSource {
  readonly output: RunOutput;
  /** The output's name in the agent's state. */
  readonly name: OutputName;
  readonly urls: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** The name of the release in use; undefined before the first. */
  release(): string | undefined;
  /** Looks at the files in use, once for all processes; what it gives judges one process. */
  judges(state: AgentState): () => RunJudge;
}

/** The processes that the settings name. */
export function runSources(settings: Settings): readonly RunSource[] {
  const { directory, prometheus, blackbox, alertmanager } = settings;
  return [
    prometheus && source("PROMETHEUS", "prometheus", directory, prometheus, prometheusJudges()),
    blackbox && source("BLACKBOX", "blackbox", directory, blackbox, blackboxJudges),
    alertmanager && source("ALERTMANAGER", "alertmanager", directory, alertmanager, alertmanagerJudges),
  ].filter((one) => one !== undefined);
}

type MakeJudges = (tree: ReleaseTree, revision: number) => () => RunJudge;

function source(
  output: RunOutput,
  name: OutputName,
  directory: string,
  settings: ProcessSettings,
  makeJudges: MakeJudges,
): RunSource {
  const tree = new ReleaseTree(join(directory, name));
  return {
    output,
    name,
    urls: settings.urls,
    headers: authorization(settings),
    release: () => tree.current(),
    judges: (state) => makeJudges(tree, revisionOf(tree.current(), state)),
  };
}

/**
 * The revision that the release in use holds: that of all files, since a newer revision makes no release where nothing of it
 * changes; after a rollback, at least the one that the release was written for.
 */
function revisionOf(release: string | undefined, { fingerprint, revision, appliedRevision }: AgentState): number {
  return Math.max(writtenFor(release), fingerprint === "" ? appliedRevision : revision);
}

function writtenFor(release: string | undefined): number {
  return Number(/^[0-9]+/.exec(release ?? "")?.[0] ?? 0);
}

function prometheusJudges(): MakeJudges {
  const sums = new TargetSums();
  return (tree, revision) => {
    const folder = new TargetFolder(tree.folder);
    const tiers = folder
      .tiers()
      .map((tier) => [`targets/${tier}`, sums.of(join(tree.folder, "targets", tier))] as const);
    const mark = markIn(tree.inUse.read(releaseFile) ?? "");
    const inUse = { mark, revision, ruleFiles: tree.inUse.list("rules").length, targets: new Map(tiers) };
    return () => new PrometheusJudge(inUse);
  };
}

const alertmanagerJudges: MakeJudges = (tree, revision) => {
  const file = "alertmanager.yml";
  const inUse = { hash: configHash(tree.inUse.read(file) ?? ""), revision };
  const others = () =>
    namesIn(join(tree.folder, "releases")).map((release) => {
      const text = new FolderView(join(tree.folder, "releases", release)).read(file);
      return { hash: configHash(text ?? ""), revision: writtenFor(release) };
    });
  return () => new AlertmanagerJudge(inUse, others);
};

const blackboxJudges: MakeJudges = (tree, revision) => {
  const switchedAtMs = lstatSync(join(tree.folder, "current"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return () => new ReloadJudge("blackbox_exporter_config", { revision, switchedAtMs });
};
