import { beforeAll, describe, expect, test } from "vitest";
import { BadUserInputError } from "../../server/core/errors.js";
import {
  compileMatchers,
  formatMatcher,
  matches,
  parseMatchers as parseAll,
  parseMatcher as parseOne,
} from "../../server/core/matcher.js";
import { Matching } from "../../server/core/matching.js";
import { type Alertmanager, startAlertmanager } from "../support/alertmanager.js";
import { seeded } from "../support/seeded.js";
import { waitFor } from "../support/wait-for.js";

const parseMatcher = (text: string) => parseOne(text, new Matching());
const parseMatchers = (text: string) => parseAll(text, new Matching());
const equal = (name: string, value: string) => ({ name, value, isRegex: false, isEqual: true });

describe("parseMatcher", () => {
  test.each([
    [`foo="bar"`, { name: "foo", value: "bar", isRegex: false, isEqual: true }],
    [`foo!=bar`, { name: "foo", value: "bar", isRegex: false, isEqual: false }],
    [` foo =~ "5.." `, { name: "foo", value: "5..", isRegex: true, isEqual: true }],
    [`foo!~"a|b"`, { name: "foo", value: "a|b", isRegex: true, isEqual: false }],
    [`tricky=~~~`, { name: "tricky", value: "~~", isRegex: true, isEqual: true }],
    [`trickier==\\\\=\\=\\"`, equal("trickier", `=\\=\\="`)],
    [`foo=`, equal("foo", "")],
    [`foo=""`, equal("foo", "")],
    [`foo=a\\nb`, equal("foo", "a\nb")],
    [`foo="a\nb"`, equal("foo", "a\nb")],
    [`foo=\\`, equal("foo", "\\")],
    [`foo="\\😀"`, equal("foo", "\\😀")],
    [`foo=ab,x=y`, equal("foo", "ab,x=y")],
    [`a:b="c"`, equal("a:b", "c")],
    [`constructor=x`, equal("constructor", "x")],
  ])("reads %s", (text, expected) => {
    expect(parseMatcher(text)).toEqual(expected);
  });

  test.each([
    ["", `"" is not a matcher: expected a label name, one of = != =~ !~, and a value.`],
    ["foo", `"foo" is not a matcher: expected a label name, one of = != =~ !~, and a value.`],
    [`a.b="c"`, `"a.b="c"" is not a matcher: expected a label name, one of = != =~ !~, and a value.`],
    [`é="c"`, `"é="c"" is not a matcher: expected a label name, one of = != =~ !~, and a value.`],
    [`{foo="c"}`, `"{foo="c"}" is not a matcher: expected a label name, one of = != =~ !~, and a value.`],
    [`foo="`, `The matcher's value " has a double quote that is not escaped or not closed.`],
    [`foo="bar`, `The matcher's value "bar has a double quote that is not escaped or not closed.`],
    [`foo=bar"`, `The matcher's value bar" has a double quote that is not escaped or not closed.`],
    [`foo="a"b"`, `The matcher's value "a"b" has a double quote that is not escaped or not closed.`],
    [`foo=~"a**"`, "The regular expression is invalid: invalid nested repetition operator: `**`."],
  ])("refuses %s", (text, message) => {
    expect(() => parseMatcher(text)).toThrow(new BadUserInputError(message));
  });

  test("takes time in proportion to the text, and no more", () => {
    parseMatcher(`foo=${" ".repeat(200_000)}x${" ".repeat(200_000)}`);
  });
});

describe("parseMatchers", () => {
  test.each([
    [`{foo="bar", dings!="bums", }`, [equal("foo", "bar"), { ...equal("dings", "bums"), isEqual: false }]],
    [`foo=bar,dings=bums`, [equal("foo", "bar"), equal("dings", "bums")]],
    [`{quote="She said: \\"Hi, ladies!\\""}`, [equal("quote", `She said: "Hi, ladies!"`)]],
    [`{a="x\\,y", b="z"}`, [equal("a", "x\\,y"), equal("b", "z")]],
    ["{}", []],
  ])("reads %s", (text, expected) => {
    expect(parseMatchers(text)).toEqual(expected);
  });

  test("refuses an empty place in the list", () => {
    expect(() => parseMatchers("a=b,,c=d")).toThrow(BadUserInputError);
  });
});

describe("formatMatcher", () => {
  test.each([`foo="bar"`, `foo!="a\\"b\\\\c\\nd"`, `foo=~"a|b"`, `foo!~""`])("prints %s as it was read", (text) => {
    expect(formatMatcher(parseMatcher(text))).toBe(text);
  });
});

describe("matches", () => {
  test.each([
    [`absent=""`, true],
    [`absent=~".*"`, true],
    [`absent!=""`, false],
    [`absent!~"x"`, true],
    [`constructor=""`, true],
    [`toString!~".+"`, true],
    [`__proto__="own"`, true],
    [`foo="bar"`, true],
    [`foo=~"ba"`, false],
    [`foo=~"ba."`, true],
    [`lines=~"a.b"`, false],
    [`lines=~"(?s)a.b"`, true],
    [`face=~"."`, true],
  ])("judges %s", (text, expected) => {
    const labels = JSON.parse(`{"foo":"bar","lines":"a\\nb","face":"😀","__proto__":"own"}`) as Record<string, string>;
    expect(matches(parseMatcher(text), labels)).toBe(expected);
  });
});

describe("beside a real Alertmanager", () => {
  let alertmanager: Alertmanager;
  const values = ["", "a", "ab", "b", "a.b", "a\nb", "A", "😀", `q"`, "\\", "a,b", "10", " a "];
  const alerts = values.flatMap((foo, i) =>
    values.map((bar, j) => ({ labels: { alertname: `A${i}x${j}`, ...(foo && { foo }), ...(bar && { bar }) } })),
  );

  beforeAll(async () => {
    alertmanager = await startAlertmanager();
    await alertmanager.postAlerts(alerts);
    await waitFor(async () => ((await alertmanager.api("/api/v2/alerts")) as unknown[]).length === alerts.length, {
      what: "all alerts to be there",
    });
  });

  test("300 generated sets of matchers select the same alerts, and the same texts are refused", async () => {
    const random = seeded(20_250_101);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const raws = [
      ...'a|ab|b|a.b|.|.+|.*|a?|(a|b)+|[ab]{1,2}|(?i)a|\\w|\\d+|[^a]|a\\nb|a.b|\\.|"a"|""||\\\\|q\\"|"q\\""|" a "|a"'.split(
        "|",
      ),
      ...'x*|(?s).*|\\pL|\\p{Greek}|[[:alpha:]]+|a$|^a|\\ba\\b|(|a|(a|a{2,1}|a{1001}|(?=a)|\\1|[b-a]|*|\\Qa.b\\E|"a,b"|a,b|\\|"|é'.split(
        "|",
      ),
      "a|b",
      '"a|ab|"',
      "(a|)",
      "\\x{1F600}",
      "a)|(b",
    ];
    const makeOne = () =>
      `${pick(["foo", "bar", "alertname", "absent", "a.b", "foo "])}${pick(["=", "!=", "=~", "!~"])}${pick(["", " "])}${pick(raws)}`;
    let refused = 0;
    for (let n = 0; n < 300; n++) {
      const texts = Array.from({ length: 1 + Math.floor(random() * 3) }, makeOne);
      const theirs = await alertnames(alertmanager, texts);
      const ours = select(texts);
      if (ours === "refused") refused++;
      expect({ texts, selected: ours }).toEqual({ texts, selected: differs(texts) ? "refused" : theirs });
    }
    expect(refused).toBeGreaterThan(20);
    expect(refused).toBeLessThan(200);
  });

  // Alertmanager 0.25 takes this one, which closes its own anchor's parenthesis, and matches something odd.
  const differs = (texts: readonly string[]) => texts.some((text) => /~ ?a\)\|\(b$/.test(text));

  function select(texts: readonly string[]): readonly string[] | "refused" {
    try {
      const accepts = compileMatchers(texts.map(parseMatcher), new Matching());
      return alerts
        .filter(({ labels }) => accepts(labels))
        .map(({ labels }) => labels.alertname)
        .sort();
    } catch (error) {
      if (error instanceof BadUserInputError) return "refused";
      throw error;
    }
  }
});

async function alertnames(
  alertmanager: Alertmanager,
  texts: readonly string[],
): Promise<readonly string[] | "refused"> {
  const query = new URLSearchParams(texts.map((text) => ["filter", text]));
  const response = await fetch(`${alertmanager.url}/api/v2/alerts?${query}`);
  const answer: unknown = await response.json();
  if (response.status === 400) return "refused";
  return (answer as { labels: { alertname: string } }[]).map(({ labels }) => labels.alertname).sort();
}
