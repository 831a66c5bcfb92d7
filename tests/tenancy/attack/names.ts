import type { Attack } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";
import { sameAnswer, unknownName } from "./same-answer.js";

type Ask = (attack: Attack, which: string) => ReturnType<Attack["ask"]>;

/** A field or filter that takes a text, asked about the victim's, and about one that nothing has. */
const asked = (what: string, value: (attack: Attack) => string, ask: Ask, expected: Attempt["expected"] = "harmless") =>
  [
    expected,
    what,
    (attack: Attack) => sameAnswer(attack, value(attack), unknownName(value(attack)), (which) => ask(attack, which)),
  ] as const;

const name = ({ victim }: Attack) => victim.name;
const list =
  (field: string, type: string, selection: string): Ask =>
  (attack, text) =>
    attack.ask(`query ($text: ${type}) { ${field} { totalCount nodes { ${selection} } } }`, { text });
const projects = (filter: string, type = "String") =>
  list(`projects(filter: { ${filter} })`, type, "id name description");
const alerts = (filter: string, type = "[String!]") =>
  list(`alerts(filter: { ${filter} })`, type, "id name labels annotations silencedBy { comment }");
const silences = (filter: string, type = "String") =>
  list(`silences(filter: { ${filter} })`, type, "id comment matchers { value } alerts { nodes { labels } }");
const audit =
  (filter: string): Ask =>
  (attack, text) =>
    attack.ask(`query ($text: String) { auditEntries(filter: { ${filter} }) { nodes { id actor before after } } }`, {
      text,
    });
const inOwn =
  (field: string, selection = "id name"): Ask =>
  (attack, text) =>
    attack.ask(
      `query ($text: String) { project(name: "attacker") { ${field} { totalCount nodes { ${selection} } } } }`,
      { text },
    );

/** Texts that mean everything, or more than they say, to whoever takes them for a pattern or for SQL. */
const patterns = [
  "%",
  "_",
  "vic-%",
  "vic-_____________",
  "*",
  "vic*",
  ".*",
  "\\",
  "'",
  "' OR '1'='1",
  "') OR 1=1 -- ",
  '"',
  "\u0000",
  "vic-\u0000",
  "%' UNION SELECT name, id FROM project -- ",
];
const each = (
  what: string,
  ask: Ask,
  expected: (text: string) => Attempt["expected"] = () => "harmless",
): readonly (readonly [Attempt["expected"], string, Attempt["run"]])[] =>
  patterns.map((text) => [expected(text), `${what}: ${JSON.stringify(text)}`, (attack) => ask(attack, text)]);

/** What is asked by name, filtered and searched for. */
export const names: readonly Attempt[] = attempts("names", [
  asked("project(name)", name, (attack, text) => attack.call("project", { name: text }), "refused"),
  asked(
    "project(name) in capitals",
    ({ victim }) => victim.name.toUpperCase(),
    (attack, text) => attack.call("project", { name: text }),
    "refused",
  ),
  asked(
    "project(name) with a space after it",
    ({ victim }) => `${victim.name} `,
    (attack, text) => attack.call("project", { name: text }),
    "refused",
  ),
  asked(
    "project(name) with a soft hyphen",
    ({ victim }) => `${victim.name}\u00ad`,
    (attack, text) => attack.call("project", { name: text }),
    "refused",
  ),
  asked("two names under aliases", name, (attack, text) =>
    attack.ask(
      `query ($name: String!) { a: project(name: "attacker") { name } b: project(name: $name) { name description } }`,
      { name: text },
    ),
  ),
  asked("projects: names", name, (attack, text) =>
    projects("names: $text", "[String!]")(attack, [text] as unknown as string),
  ),
  asked("projects: search", name, projects("search: $text")),
  asked("projects: openstackId", ({ victim }) => victim.openstackId, projects("openstackId: $text")),
  asked("projects: aclGroup", ({ victim }) => victim.aclGroup, projects("aclGroup: $text")),
  asked("alerts: projects", name, alerts("projects: [$text]", "String!")),
  asked("alerts: matcher on project", name, (attack, text) =>
    alerts("matchers: $text")(attack, [`project="${text}"`] as unknown as string),
  ),
  asked("alerts: regular expression on project", name, (attack, text) =>
    alerts("matchers: $text")(attack, [`project=~"attacker|${text}"`] as unknown as string),
  ),
  asked("alerts: anything but one's own", name, (attack) =>
    alerts("matchers: $text")(attack, ['project!="attacker"'] as unknown as string),
  ),
  asked("alerts: by the victim's alert", ({ victim }) => victim.alertname, alerts("search: $text", "String")),
  asked("alerts: by the victim's receiver", name, (attack, text) =>
    alerts("receiver: $text", "String")(attack, `${text}/own`),
  ),
  asked("alerts of one's project, of the victim's name", name, (attack, text) =>
    attack.ask(
      `query ($names: [String!]) { project(name: "attacker") { alerts(filter: { projects: $names }) { totalCount nodes { labels } } } }`,
      { names: [text] },
    ),
  ),
  asked("silences: projects", name, silences("projects: [$text]", "String!")),
  asked("silences: search", name, silences("search: $text")),
  asked("silences: createdBy", name, silences("createdBy: $text")),
  asked("silences of one's project, of the victim's name", name, (attack, text) =>
    attack.ask(
      `query ($names: [String!]) { project(name: "attacker") { silences(filter: { projects: $names }) { totalCount nodes { comment } } } }`,
      { names: [text] },
    ),
  ),
  asked("audit entries: actor", name, audit("actor: $text")),
  asked(
    "audit entries: entityType",
    () => "ContactGroup",
    (attack) => audit("entityType: $text")(attack, "ContactGroup"),
  ),
  asked("audit entries: deletions", name, (attack) =>
    attack.ask("{ auditEntries(filter: { action: DELETE }) { nodes { id entityId before } } }"),
  ),
  asked("expression: the victim's name in a matcher", name, (attack, text) =>
    attack.call("expression", { project: attack.own.ids.prj, expr: `up{project="${text}"}` }),
  ),
  ...each("projects: search", projects("search: $text")),
  ...each("silences: search", silences("search: $text")),
  ...each("rules: search", inOwn("rules(filter: { search: $text })", "id name expr project { name }")),
  ...each(
    "project(name)",
    (attack, text) => attack.call("project", { name: text }),
    () => "refused",
  ),
  ...each("audit entries: actor", audit("actor: $text")),
]);
