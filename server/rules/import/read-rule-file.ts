import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";

/** A rule as a Prometheus rule file has it; every scalar is a text. */
export interface FileRule {
  readonly kind: "ALERTING" | "RECORDING";
  readonly name: string;
  readonly group: string;
  readonly expr: string;
  readonly interval: string | null;
  readonly for: string | null;
  readonly keepFiringFor: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A rule, or what is in its place, with all that keeps it from being read. */
export interface ReadRule {
  readonly group: string;
  readonly name: string | null;
  readonly line: number;
  readonly rule: FileRule | null;
  readonly problems: readonly string[];
  /** What of it cannot be kept, and harms nothing. */
  readonly notes: readonly string[];
}

/** The document is no rule file at all; the message says where. */
export class NoRuleFileError extends Error {
  override readonly name = "NoRuleFileError";
}

const ruleKeys = ["alert", "record", "expr", "for", "keep_firing_for", "labels", "annotations"];
/** What of a group has no counterpart here, and what that means. */
const groupNotes: Readonly<Record<string, string>> = {
  limit: "The group's limit is not kept: the project's own limits apply.",
};
const groupKeys = ["name", "interval", "rules", ...Object.keys(groupNotes)];

/**
 * Reads a rule file of Prometheus 2.x: https://prometheus.io/docs/prometheus/latest/configuration/recording_rules/. Scalars
 * are texts, whatever YAML takes them for; aliases, tags and keys that Prometheus does not know are refused, each where it is.
 */
export function readRuleFile(text: string): readonly ReadRule[] {
  const lines = new LineCounter();
  const document = parse(text, lines);
  const [problem] = document.errors;
  if (problem !== undefined) {
    // The parser tells of its own stack as of a mistake in the text.
    if (problem.message.includes("call stack")) throw new NoRuleFileError("The file is nested too deeply.");
    throw new NoRuleFileError(`Line ${lines.linePos(problem.pos[0]).line}: ${problem.message.split("\n")[0]}`);
  }
  const lineOf = (node: unknown) => lines.linePos((node as Partial<Node> | null)?.range?.[0] ?? 0).line;
  const { contents } = document;
  const groups = isMap(contents) ? contents.get("groups", true) : undefined;
  if (!isMap(contents) || !isSeq(groups)) throw new NoRuleFileError('The file must hold a list "groups".');
  const strange = unknownKeys(contents, ["groups"]);
  if (strange.length > 0) throw new NoRuleFileError(`Beside "groups" it holds ${strange.join(", ")}.`);
  return groups.items.flatMap((group) => readGroup(group, lineOf));
}

function parse(text: string, lineCounter: LineCounter) {
  try {
    // Aliases would let a small text stand for a large one.
    return parseDocument(text, { schema: "failsafe", lineCounter, prettyErrors: false });
  } catch (error) {
    if (error instanceof RangeError) throw new NoRuleFileError("The file is nested too deeply.");
    throw error;
  }
}

function readGroup(group: unknown, lineOf: (node: unknown) => number): readonly ReadRule[] {
  const rules = isMap(group) ? group.get("rules", true) : undefined;
  const name = isMap(group) ? (textAt(group, "name") ?? null) : null;
  const whole = (problem: string): ReadRule => {
    return { group: name ?? "", name: null, line: lineOf(group), rule: null, problems: [problem], notes: [] };
  };
  if (!isMap(group)) return [whole("A group must be a map with a name and rules.")];
  if (name === null || name === "") return [whole("The group has no name.")];
  if (rules === undefined || (isScalar(rules) && rules.value === "")) return [];
  if (!isSeq(rules)) return [whole('The group\'s "rules" must be a list.')];
  const strange = unknownKeys(group, groupKeys);
  const problems = strange.map(
    (key) => `Its group has ${key}, which changes what its rules mean and is not known here.`,
  );
  const interval = group.has("interval") ? textAt(group, "interval") : null;
  if (interval === undefined) problems.push("Its group's interval is not a text.");
  const notes = Object.entries(groupNotes).flatMap(([key, note]) => (group.has(key) ? [note] : []));
  return rules.items.map((rule) => ({
    ...readRule(rule, name, interval ?? null, problems),
    notes,
    line: lineOf(rule),
  }));
}

function readRule(
  node: unknown,
  group: string,
  interval: string | null,
  ofGroup: readonly string[],
): Omit<ReadRule, "line" | "notes"> {
  if (!isMap(node)) return { group, name: null, rule: null, problems: [...ofGroup, "A rule must be a map."] };
  const problems = [...ofGroup, ...unknownKeys(node, ruleKeys).map((key) => `A rule has no ${key}.`)];
  const [alert, record, expr] = [textAt(node, "alert"), textAt(node, "record"), textAt(node, "expr")];
  const name = alert ?? record ?? null;
  if ((alert === undefined) === (record === undefined)) problems.push('It must have either "alert" or "record".');
  if (expr === undefined || expr.trim() === "") problems.push('It has no "expr".');
  const labels = textsAt(node, "labels", problems);
  const annotations = textsAt(node, "annotations", problems);
  const wait = optionalText(node, "for", problems);
  const keepFiringFor = optionalText(node, "keep_firing_for", problems);
  const isRecording = record !== undefined;
  if (isRecording && [wait, keepFiringFor].some((one) => one !== null)) {
    problems.push('A recording rule has neither "for" nor "keep_firing_for".');
  }
  if (isRecording && Object.keys(annotations).length > 0) problems.push("A recording rule has no annotations.");
  if (problems.length > 0 || name === null || expr === undefined) return { group, name, rule: null, problems };
  const kind = isRecording ? "RECORDING" : "ALERTING";
  const rule: FileRule = {
    kind,
    name,
    group,
    expr: expr.trim(),
    interval,
    for: wait,
    keepFiringFor,
    labels,
    annotations,
  };
  return { group, name, rule, problems };
}

function unknownKeys(map: YAMLMap, known: readonly string[]): readonly string[] {
  const keys = map.items.map(({ key }) => (isScalar(key) ? String(key.value) : "a key that is no text"));
  return keys.filter((key) => !known.includes(key)).map((key) => JSON.stringify(key));
}

/** Undefined where there is none, or something that is no plain text. */
function textAt(map: YAMLMap, key: string): string | undefined {
  const node = map.get(key, true);
  return isScalar(node) && node.tag === undefined ? String(node.value) : undefined;
}

function optionalText(map: YAMLMap, key: string, problems: string[]): string | null {
  if (!map.has(key)) return null;
  const text = textAt(map, key);
  if (text === undefined) problems.push(`Its "${key}" is not a text.`);
  return text === undefined || text === "" ? null : text;
}

function textsAt(map: YAMLMap, key: string, problems: string[]): Record<string, string> {
  const node = map.get(key, true);
  if (node === undefined || (isScalar(node) && node.value === "")) return {};
  if (!isMap(node)) {
    problems.push(`Its "${key}" must be a map.`);
    return {};
  }
  return Object.fromEntries(
    node.items.flatMap(({ key: name, value }) => {
      if (isScalar(name) && isScalar(value)) return [[String(name.value), String(value.value)] as const];
      problems.push(`An entry of its "${key}" is not a text.`);
      return [];
    }),
  );
}
