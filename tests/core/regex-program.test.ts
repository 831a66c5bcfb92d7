import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { readPlainPattern } from "../../server/core/plain-pattern.js";
import { RegexProgram } from "../../server/core/regex-program.js";
import { seeded } from "../support/seeded.js";

const texts = [
  ..."|a|b|ab|ba|aab|abab|A|aB|a b|a\nb|\n|a\n|_a|é|É|😀|a😀b|K|\u212a|k|0|x9|web-1|db|a.b|a|ß|ẞ|ſ|S".split("|"),
  "a|b",
  "\\",
  "\ud800",
  "a\udc00",
];
const stepsOf = (run: (text: string, spend: (steps: number) => void) => boolean, text: string) => {
  let steps = 0;
  run(text, (more) => {
    steps += more;
  });
  return steps;
};

describe("a program", () => {
  test("judges 3,000 generated patterns as re2js's own engines do", () => {
    const random = seeded(20_261_122);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const atoms =
      "a b . x 😀 é k [ab] [^a] [^\\n] \\d \\w \\W \\s \\pL \\p{Lu} [[:alpha:]] ^ $ \\b \\B \\A \\z (?i:a) (?i:k) (?i:ß) (?s:.) (?m:^) (?m:$) \\n - _".split(
        " ",
      );
    const make = (depth: number): string => {
      const one = depth === 0 || random() < 0.4 ? pick(atoms) : `${pick(["(", "(?:", "(?P<n>"])}${make(depth - 1)})`;
      const repeated = /^(\^|\$|\\[bBAz]|\(\?m)/.test(one)
        ? one
        : one + pick(["", "", "*", "+", "?", "*?", "{2}", "{0,2}"]);
      return random() < 0.5 ? repeated : repeated + pick(["", "|"]) + make(Math.max(0, depth - 1));
    };
    let run = 0;
    for (let n = 0; n < 3_000; n++) {
      const pattern = make(3);
      let compiled: RE2JS;
      try {
        compiled = RE2JS.compile(pattern);
      } catch {
        continue; // a name that is there twice, a repetition of a repetition
      }
      const [own, theirs] = [new RegexProgram(compiled), RE2JS.compile(`^(?:${pattern})$`)];
      run++;
      const ours = texts.filter((text) => own.test(text, () => {}));
      expect([pattern, ours]).toEqual([pattern, texts.filter((text) => theirs.test(text))]);
    }
    expect(run).toBeGreaterThan(1_500);
  });

  test("takes two steps for each instruction and character at most, whatever the pattern", () => {
    const random = seeded(1);
    const text = Array.from({ length: 500 }, () => "ab"[Math.floor(random() * 2)]).join("");
    for (const pattern of ["[ab]*a[ab]{900}[ab]*", "([ab]*[ab]*[ab]*){100}", "(a+)+", "(((a*)*)*b*)*", "(a?b?){300}"]) {
      const compiled = RE2JS.compile(pattern);
      const steps = stepsOf((...given) => new RegexProgram(compiled).test(...given), text);
      expect(steps).toBeLessThanOrEqual(2 * compiled.programSize() * (text.length + 1));
    }
  });

  test("takes few for a text that its beginning rules out", () => {
    const program = new RegexProgram(RE2JS.compile("web-\\d+"));
    expect(stepsOf((...given) => program.test(...given), `db-${"1".repeat(10_000)}`)).toBeLessThan(5);
    expect(stepsOf((...given) => program.test(...given), "web-12345")).toBeLessThan(50);
  });
});

describe("a plain pattern", () => {
  const plain = [
    ..."|a|.*|.+|a.*|.*a|.+a.*|.*a.+|.+a.+|a.+|.+b|.+😀.+|.+-1|é|a\\.b|web-.*|\\\\|\\-".split("|"),
    "a|b",
    "a|b|",
    "a.*|.+b",
    "a\\|b",
    "a\nb",
    "a\n|b",
  ];
  test.each(plain.map((pattern) => [pattern]))("%j needs no engine, and says what one would", (pattern) => {
    const regex = readPlainPattern(pattern);
    const theirs = RE2JS.compile(`^(?:${pattern})$`);
    expect(texts.filter((text) => regex?.(text, () => {}))).toEqual(texts.filter((text) => theirs.test(text)));
  });

  test.each(
    [
      ..."(a)|a*|a.b|a.|\\d|^a|a$|[a]|.*a.*b|.*.*|.+.+|(?i)a|a{2}|\\n|\\Qa\\E|a\\".split("|"),
      "\\\\|",
      "\ud800",
      "a\n.*",
    ].map((pattern) => [pattern]),
  )("is not %j", (pattern) => {
    expect(readPlainPattern(pattern)).toBeNull();
  });

  test("takes a few steps, and more where a long text is looked for in another", () => {
    const steps = (pattern: string, text: string) => stepsOf(readPlainPattern(pattern) ?? (() => false), text);
    expect(steps(Array(300).fill("web-1").join("|"), "web-2")).toBe(1);
    expect(steps("web-.*", "web-1.example.org:9100")).toBeLessThan(5);
    expect(steps(`.*b${"a".repeat(1_000)}.*`, "a".repeat(2_000))).toBeGreaterThan(10_000);
  });
});
