/** Labels and matchers that lie in wait for whoever reads them otherwise than Alertmanager does, from seeded randomness. */
export type Labels = Readonly<Record<string, string>>;

/** As Alertmanager's API has it. */
export interface ApiMatcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

type Random = () => number;

const names = ["foo", "bar", "instance", "a1", "_x", "A", "constructor", "__proto__", "toString", "absent"];
const values = [
  ...[
    "a",
    "A",
    "ab",
    "abc",
    "b",
    "ba",
    "a.b",
    "aXb",
    "a|b",
    "a,b",
    "a b",
    " a ",
    "  ",
    "10",
    "5",
    "true",
    "{a}",
    "=a",
    "~a",
  ],
  ...[
    '"',
    'q"',
    '"q"',
    "'",
    "`",
    "\\",
    "\\\\",
    "a\\",
    "\\n",
    "\\d",
    "a\nb",
    "\n",
    "a\tb",
    "a\rb",
    "\u2028",
    "\u00a0",
    "\ufeff",
  ],
  ...[
    "é",
    "e\u0301",
    "😀",
    "日本",
    "ſ",
    "K",
    "K",
    "µ",
    "µ",
    "ß",
    "İ",
    "^a$",
    "a$",
    ".*",
    "(a",
    "[a]",
    "a{2}",
    "aa",
    "x".repeat(300),
  ],
];
// In what begins with "(" alone a parenthesis may stay open.
const patterns = [
  ...[
    "a",
    "a|b",
    "a|b|",
    "|a",
    "ab?",
    "a.*",
    ".*b",
    ".*",
    ".+",
    ".?",
    "",
    "^a",
    "a$",
    "^a$",
    "^",
    "$",
    "a|^b$",
    "(a|b)+",
    "(?:ab)?",
  ],
  ...[
    "[ab]+",
    "[^a]",
    "[^a]*",
    "[a-z]+",
    "[[:alpha:]]+",
    "[[:^alpha:]]*",
    "\\w+",
    "\\W",
    "\\d+",
    "\\D*",
    "\\s*",
    "\\S+",
    "\\bab\\b",
  ],
  ...[
    "a{2}",
    "a{1,}",
    "a{0,1}b",
    "(?i)a",
    "(?i)k",
    "(?i)µ",
    "(?i)SS?",
    "(?s).*",
    "(?s)a.b",
    "(?m)^b$",
    "(?U)a+",
    "(?P<n>a)b",
  ],
  ...[
    "\\.",
    "a\\.b",
    "\\Qa.b\\E",
    "\\x{1F600}",
    "\\x41",
    "\\pL+",
    "\\p{Greek}|é",
    "\\PN*",
    "\\n",
    "a\\nb",
    "a\\tb",
    "\\\\",
    "\\\\+",
  ],
  ...[
    "é",
    "😀",
    ".",
    "..",
    "日.",
    "\\z",
    "\\Aa\\z",
    "a|b,c",
    'q"?',
    '"+',
    "a,?b",
    "x{300}",
    "\\{a\\}",
    "[{]a[}]",
    "a\\|b",
  ],
];
const invalidPatterns = ["(", "a)", "[", "a**", "*", "(?=a)", "\\1", "a{1001}", "[b-a]", "(?<n>a)", "\\8", "(?z)"];

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

/**
 * The labels of so many alerts, no two alike. One in each project is a `Root`: of several that inhibit an alert Alertmanager
 * names any one, and another one the next time.
 */
export function oddAlerts(random: Random, count: number): readonly Labels[] {
  const projects = ["alpha", "beta", "gamma", ""];
  const roots = projects.map((project) => ({ alertname: "Root", ...(project && { project }) }));
  const others = Array.from({ length: count - roots.length }, (_, index) => {
    const own = names
      .filter((name) => name !== "absent" && random() < 0.4)
      .map((name) => [name, pick(random, values)] as const);
    const project = pick(random, projects);
    return Object.fromEntries([
      ["alertname", `A${index % 7}`],
      ["n", `${index}`],
      ...(project === "" ? [] : [["project", project] as const]),
      ...own,
      // Taken for absent by Alertmanager.
      ...(index % 10 === 0 ? [["empty", ""] as const] : []),
    ]);
  });
  return [...roots, ...others];
}

/** Silences that are in force, that begin later, and that have ended. */
export function oddSilences(
  random: Random,
): readonly { matchers: readonly ApiMatcher[]; comment: string; startsAt?: string }[] {
  const later = new Date(Date.now() + 1_800_000).toISOString();
  return Array.from({ length: 40 }, (_, index) => {
    // One matcher at least has to tell a label from an absent one.
    const firm: ApiMatcher =
      index % 2 === 0
        ? { name: pick(random, names), value: pick(random, values), isRegex: false, isEqual: true }
        : { name: pick(random, names), value: "", isRegex: false, isEqual: false };
    const more = Array.from({ length: Math.floor(random() * 3) }, (): ApiMatcher => {
      const isRegex = random() < 0.6;
      const value = isRegex ? pick(random, patterns) : pick(random, ["", ...values]);
      return { name: pick(random, names), value, isRegex, isEqual: random() < 0.6 };
    });
    const comment = index % 8 === 3 ? "later" : index % 8 === 5 ? "ended" : "now";
    return { matchers: [firm, ...more], comment, ...(comment === "later" ? { startsAt: later } : {}) };
  });
}

/** So many sets of one to three matchers as people write them: right ones, and now and then a wrong one. */
export function matcherSets(random: Random, count: number): readonly (readonly string[])[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + Math.floor(random() * 3) }, () => matcher(random)),
  );
}

function matcher(random: Random): string {
  const space = () => pick(random, ["", "", "", " ", "  ", "\t"]);
  const name = random() < 0.15 ? pick(random, ["alertname", "project", "n"]) : pick(random, names);
  const operator = pick(random, ["=", "!=", "=~", "!~"]);
  return `${space()}${random() < 0.02 ? pick(random, ["a.b", "é", "1a", "a-b", ""]) : name}${space()}${operator}${space()}${written(random, valueFor(random, name, operator))}${space()}`;
}

function valueFor(random: Random, name: string, operator: string): string {
  if (random() < 0.1) return "";
  if (operator.endsWith("~")) {
    const kind = random();
    if (kind < 0.04) return pick(random, invalidPatterns);
    if (kind < 0.7) return pick(random, patterns);
    // Texts as they are, and joined: what means something in a pattern is escaped, or not.
    const some = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, values));
    const escaped = some.map((text) => (random() < 0.9 ? text.replaceAll(/[\\.+*?()|[\]{}^$]/g, "\\$&") : text));
    return escaped.join("|");
  }
  if (name === "alertname") return `A${Math.floor(random() * 8)}`;
  if (name === "project") return pick(random, ["alpha", "beta", "gamma", "delta", ""]);
  if (name === "n") return `${Math.floor(random() * 320)}`;
  return pick(random, values);
}

/** A value within quotes or without, escaped as it has to be, as it may be, or, rarely, not as it has to be. */
function written(random: Random, value: string): string {
  const kind = random();
  const careful = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  if (kind < 0.5) return `"${careful.replaceAll("\n", "\\n")}"`;
  if (kind < 0.6) return `"${careful}"`;
  if (kind < 0.8) return careful.replaceAll("\n", random() < 0.5 ? "\\n" : "\n");
  if (kind < 0.97) return value;
  return pick(random, [`"${value}`, `${value}"`, `"${value}"`, `"${careful}" x`, `${careful},a=b`]);
}
