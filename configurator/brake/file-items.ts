import { globalRulesName } from "../render/rule-file.js";
import { type RemovalKind, removalKinds } from "./removal.js";

/** By kind the things in files, each by a name that tells it from the others of its project. */
export type Items = ReadonlyMap<RemovalKind, readonly string[]>;

/** A file as it is, or is to be: `prometheus/rules/tools.yml`, and its text. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}

interface Found {
  readonly kind: RemovalKind;
  readonly name: string;
}

/** Begins each rule in a file that this program has written: every text in it stands on one line. */
const ruleStart = /^\s*- (?:alert|record): (.*)$/gm;
const quotes = /^['"]|['"]$/g;

/** The things in one project's files; also in that of the global rules. Of files that are not counted there is nothing. */
export function itemsIn(project: string, files: readonly FileText[]): Items {
  const found = files.flatMap((file) => readableIn(project, file));
  return new Map(removalKinds.map((kind) => [kind, numbered(found.filter((one) => one.kind === kind))]));
}

/** A file that somebody else has spoilt has nothing to lose, and is to be written anew. */
function readableIn(project: string, file: FileText): readonly Found[] {
  try {
    return foundIn(project, file);
  } catch {
    return [];
  }
}

function foundIn(project: string, { path, text }: FileText): readonly Found[] {
  const [output = "", folder = ""] = path.split("/");
  switch (`${output}/${folder}`) {
    case "thanos-rule/rules":
    case "prometheus/rules": {
      const kind = project === globalRulesName ? "GLOBAL_RULE" : "RULE";
      return [...text.matchAll(ruleStart)].map(([, name = ""]) => ({ kind, name: name.replaceAll(quotes, "") }));
    }
    case "prometheus/targets":
      return targetsIn(parse(text));
    case "prometheus/scrapes":
      return parse<ScrapeConfig>(text).flatMap(({ job_name, static_configs = [] }) => [
        { kind: "SCRAPE_CONFIG", name: job_name },
        ...targetsIn(static_configs),
      ]);
    case "alertmanager/projects": {
      const { receivers }: Fragment = JSON.parse(text);
      return receivers.map(({ name }) => ({ kind: "CONTACT_GROUP", name: name.slice(project.length + 1) }));
    }
    default:
      return [];
  }
}

interface Group {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

interface ScrapeConfig {
  readonly job_name: string;
  readonly static_configs?: readonly Group[];
}

interface Fragment {
  readonly receivers: readonly { readonly name: string }[];
}

/** A probe's address is the exporter's: what is probed stands in its label. */
function targetsIn(groups: readonly Group[]): readonly Found[] {
  return groups.flatMap(({ targets, labels }) =>
    targets.map((target) => ({ kind: "TARGET", name: `${labels.job ?? ""} ${labels.instance ?? target}` }) as const),
  );
}

/** Of several with one name, the second and further are numbered. */
function numbered(found: readonly Found[]): readonly string[] {
  const times = new Map<string, number>();
  return found.map(({ name }) => {
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** As this program has written it; nobody else writes in its folders. */
function parse<T = Group>(text: string): readonly T[] {
  return JSON.parse(text);
}
