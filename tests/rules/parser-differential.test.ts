import { beforeAll, expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { type Prometheus, startPrometheus } from "../support/prometheus.js";
import { checkExpression } from "./check-expression.js";
import { formatQueries } from "./format-query.js";
import { Random } from "./random.js";
import { ExpressionWriter, keywordNames, plainNames } from "./random-expression.js";
import { writtenRules } from "./rule-files.js";
import { readsOnly } from "./selectors-of.js";

/* More, of another seed: FUZZ_TEXTS=100000 FUZZ_SEED=32 npx vitest run tests/rules/parser-differential.test.ts */
const count = Number(process.env.FUZZ_TEXTS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? 31);
const timeout = 60_000 + count * 20;

const attacks = [
  'up{project="b"}',
  "topk(scalar(s), x)",
  "x # {\n",
  '{"up","project"="b"}',
  'x{project="a",project=~".*"}',
  "x offset 5m[1h:1m] @ end()",
  "-1 ^ 2 * x or on () y",
  "x{a='\\x22,project=\\x22b'}",
  "sum by (project) (x) ) or ( y",
  "`}` == x{l=`}`}",
  'x{l="a\\\\"} or y{l=\'"\'}',
  "a{b='#'} # '\n/c{d=\"#\"}",
];
const pieces = [
  ..."(){}[]\"'`\\,=~!<>+-*/%^@:#.0159eExXsmhdwy_ \t\n\r\v\f\u00a0\u0085\u2028\u3000\ufeff\ufffd\u0000\u007f\ud800\udc00é😀",
  ..."offset @ bool on ignoring by without or and unless group_left group_right atan2 project start() end() inf nan"
    .split(" ")
    .map((word) => ` ${word} `),
  ...'1_0 0x 0x1f 010 0b1 0o7 1e 1e5 .5 5. [5m] [5m:] [1h:5m] 5m 1h30m 1m1h -5m {} () sum( rate( topk(1, {__name__=~"'.split(
    " ",
  ),
  ...[
    '{"a"}',
    '"project"="b"',
    'project="b"',
    "project=~`.*`",
    'project!=""',
    ",project",
    " fill(1)",
    " smoothed",
    "step()",
  ],
  ...[
    "--",
    "+-",
    "==",
    "=~",
    "!~",
    "!=",
    "\\x41",
    "\\u0041",
    "\\101",
    "\\377",
    "\\xff",
    "\\'",
    "''",
    "``",
    "# x\n",
    "#\r",
    "/*",
    "*/",
    "//",
  ],
];

let prometheus: Prometheus;
beforeAll(async () => {
  prometheus = await startPrometheus();
});

/** Random texts: noise, expressions with random changes, and pieces of two expressions joined. */
function textsOf(random: Random): readonly string[] {
  const writer = new ExpressionWriter(random, [...plainNames, ...keywordNames]);
  const known = () =>
    random.chance(20) ? random.pick(attacks) : random.chance(50) ? random.pick(writtenRules).expr : writer.rule(3);
  return Array.from({ length: count }, () => {
    if (random.chance(5)) return Array.from({ length: random.below(12) }, () => random.pick(pieces)).join("");
    let text = known();
    if (random.chance(15)) text = text.slice(0, random.below(text.length + 1)) + known().slice(random.below(10));
    for (let changes = random.below(4); changes > 0; changes--) {
      const at = random.below(text.length + 1);
      const inserted = random.chance(25)
        ? ""
        : random.chance(20)
          ? String.fromCharCode(random.below(256))
          : random.pick(pieces);
      text = text.slice(0, at) + inserted + text.slice(at + random.below(4));
    }
    return text;
  });
}

/** What Prometheus prints, without its layout, with names in front of braces, and with the step that is left out. */
function flat(printed: string): string {
  return printed
    .replaceAll(/\s+/g, "")
    .replaceAll(":]", ":1m]")
    .replaceAll(/\{__name__="([a-zA-Z_:][\w:]*)"(,?)/g, (_, name: string, comma: string) =>
      comma ? `${name}{` : `${name}{}`,
    )
    .replaceAll(/\{((?:[^{}"]|"(?:[^"\\]|\\.)*")+),__name__="([a-zA-Z_:][\w:]*)"/g, "$2{$1")
    .replaceAll("{}}", "")
    .replaceAll("{}", "");
}

/** The same without the matchers that confine it; quotes in strings are escaped, so none is found in one. */
function unconfined(printed: string): string {
  return flat(printed.replaceAll(/(?<=[{,])project="a",|,?(?<=[{,])project="a"(?=\})/g, ""));
}

test(`of ${count} random texts, seed ${seed}, Prometheus reads what is accepted as it was checked`, {
  timeout,
}, async () => {
  const accepted = [...new Set(textsOf(new Random(seed)))].flatMap((text) => {
    const [enforced, canonical] = [enforceProject(text, "a"), checkExpression(text)];
    return enforced.ok && canonical.ok ? [{ text, canonical: canonical.canonical, enforced: enforced.enforced }] : [];
  });
  expect(accepted.length).toBeGreaterThan(count / 10);
  const printed = async (texts: readonly string[]) =>
    (await formatQueries(prometheus.url, texts)).map((answer) => answer.printed);
  const ofWritten = await printed(accepted.map(({ text }) => text));
  const ofCanonical = await printed(accepted.map(({ canonical }) => canonical));
  const ofEnforced = await printed(accepted.map(({ enforced }) => enforced));
  const wrong = accepted.flatMap(({ text, enforced }, index) => {
    const [written, stored, deployed] = [ofWritten[index], ofCanonical[index], ofEnforced[index]];
    const report = (what: string) => [{ what, text, enforced, written, stored, deployed }];
    if (stored === undefined || deployed === undefined) return report("Prometheus refuses what would run");
    if (!readsOnly(deployed.replaceAll(/\n */g, " "), "a")) return report("not confined as Prometheus reads it");
    if (unconfined(deployed) !== unconfined(stored)) return report("confining changes more than selectors");
    return written === undefined || flat(written) === flat(stored) ? [] : report("runs otherwise than written");
  });
  expect(wrong.slice(0, 5), `seed ${seed}`).toEqual([]);
});
