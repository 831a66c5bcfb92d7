import { expect, test } from "vitest";
import { enforceProject } from "../../server/rules/promql/enforce-project.js";
import { promtoolRefusalOf } from "./promtool.js";
import { Random } from "./random.js";
import { ExpressionWriter, keywordNames, plainNames } from "./random-expression.js";
import { writtenRules } from "./rule-files.js";
import { readsOnly } from "./selectors-of.js";

const PROJECT = "demo";

/** Texts that are enforced, after the checks that hold for every one of them. */
async function enforcedOf(texts: readonly string[]): Promise<readonly string[]> {
  const enforced = texts.flatMap((text) => {
    const result = enforceProject(text, PROJECT);
    return result.ok ? [result.enforced] : [];
  });
  expect(enforced.filter((text) => !readsOnly(text, PROJECT))).toEqual([]);
  const again = enforced.map((text) => enforceProject(text, PROJECT));
  expect(again).toEqual(enforced.map((text) => ({ ok: true, enforced: text })));
  expect(await promtoolRefusalOf(enforced)).toBeNull();
  return enforced;
}

test("any expression that is written right is enforced for good, and Prometheus takes it", async () => {
  const own = ['project="demo"', "project = 'demo'", "project=`demo`", 'project="d\\x65mo",project="demo"'];
  const writer = new ExpressionWriter(new Random(1), [...plainNames, ...keywordNames], own);
  const texts = Array.from({ length: 1500 }, () => writer.rule());
  const enforced = await enforcedOf(texts);
  // The few others ask for too many steps in subqueries.
  expect(enforced.length).toBe(1487);
});

test("another project's matcher is never let through, wherever it is put", () => {
  // Three spaces tell these matchers from those on `exported_project`.
  const foreign = ['="b"', "!='demo'", "=~`.+`", '!~"x"', '=""', "='d\\x65mo2'"].map((rest) => `project   ${rest}`);
  const writer = new ExpressionWriter(new Random(2), plainNames, foreign);
  let refused = 0;
  for (let count = 0; count < 1500; count++) {
    const text = writer.rule();
    const result = enforceProject(text, PROJECT);
    if (!text.includes("project   ")) continue;
    expect(result.ok).toBe(false);
    refused += 1;
  }
  expect(refused).toBeGreaterThan(300);
});

test("a text that is broken at random is refused, or read just as Prometheus reads it", async () => {
  const random = new Random(3);
  const pieces = [
    ..."(){}[]\"'`\\,=~!<>+-*/%^@:#.0159eExsmhdwy_ \t\n\r\u00a0\u2028\ufffd\u0000\ud800é😀",
    ...[
      " offset ",
      " @ ",
      " bool ",
      " on ",
      " by ",
      " or ",
      "project",
      "inf",
      "1_0",
      "0x",
      "010",
      "[5m]",
      "[5m:]",
      "5m",
    ],
    ...['{"a"}', " fill(1)", " smoothed", "start()", "step()", "--", "limitk", "info(", "__name__", "\\x41", "\\377"],
  ];
  const writer = new ExpressionWriter(random);
  const texts = Array.from({ length: 4000 }, () => {
    let text = random.chance(50) ? random.pick(writtenRules).expr : writer.rule(3);
    for (let changes = 1 + random.below(3); changes > 0; changes--) {
      const at = random.below(text.length + 1);
      const inserted = random.chance(30) ? "" : random.pick(pieces);
      text = text.slice(0, at) + inserted + text.slice(at + random.below(3));
    }
    return text;
  });
  expect((await enforcedOf(texts)).length).toBeGreaterThan(500);
});

test("long and hostile texts are answered at once", () => {
  const texts = [
    `${"-".repeat(4095)}1`,
    "(".repeat(4096),
    `${"(".repeat(2047)}a${")".repeat(2047)}`,
    `a${"+a".repeat(2047)}`,
    `a${"^-a".repeat(1365)}`,
    "sum ".repeat(1024),
    "a{".repeat(2048),
    "[".repeat(4096),
    "a @ ".repeat(1024),
    `a${" offset 5m".repeat(400)}`,
    `{a=~"${"\\pL{1000}".repeat(400)}"}`,
    `{a=~"${"(".repeat(2000)}${")".repeat(2000)}"}`,
    `{${'a=~"x{999}",'.repeat(300)}}`,
    `{a="${"\\x41".repeat(1000)}"}`,
    `${"sum(".repeat(1000)}a`,
    "\ud800".repeat(4096),
    "#".repeat(4096),
  ];
  for (const text of texts) {
    expect(enforceProject(text, PROJECT).ok).toBe(text.startsWith('{a="'));
  }
});
