import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { PlainScalar, yamlText } from "../../configurator/render/yaml-text.js";

const awkward = [
  "",
  " ",
  "a\nb",
  "a\r\nb\tc",
  "key: value",
  "{{ $labels.instance }}",
  "\u2028line\u2029separators\u0085",
  "emoji 👩‍🚀 and text é",
  "it's",
  '"quoted" and \\ backslash',
  "# no comment",
  "- no item",
  "yes",
  "NO",
  "null",
  "~",
  "1",
  "1.5e3",
  "0x1f",
  "09:00",
  "2026-01-01",
  "!tag",
  "&anchor",
  "*alias",
  "%directive",
  "@at",
  "`tick",
  "|",
  ">",
  "?",
  "...",
  "---",
  "<<",
  "=",
  "\u0000\u0001\u001f\u007f\u0080\u009f",
  "\ufeffbom \ufffe \uffff",
  "x".repeat(5_000),
  `up{project="a"} > 0 and on () vector(1)`,
];

describe("YAML text", () => {
  test.each(["1.1", "1.2"] as const)(
    "every text reads back as itself in YAML %s, as value, key and item",
    (version) => {
      const keys = awkward.filter((text) => text.length < 1_000 && text !== "<<");
      const value = { values: awkward, keys: Object.fromEntries(keys.map((text, index) => [text, String(index)])) };
      expect(parse(yamlText(value), { version, merge: false })).toEqual(value);
    },
  );

  test("a lone surrogate, which is no character, becomes the replacement character", () => {
    expect(parse(yamlText({ a: "x\ud800y" }))).toEqual({ a: "x\ufffdy" });
  });

  test("maps and lists nest, empty ones are kept, undefined entries are left out, plain scalars stay as they are", () => {
    const text = yamlText({
      list: [{ a: 1, b: [true, []] }, [["x"], {}], new PlainScalar("yes")],
      none: undefined,
      empty: { none: undefined },
      nothing: new PlainScalar(""),
      "odd key": 1.5,
    });
    expect(text).toBe(`list:
  - a: 1
    b:
      - true
      - []
  - - - x
    - {}
  - yes
empty: {}
nothing:
'odd key': 1.5
`);
    expect(parse(text, { version: "1.1" })).toEqual({
      list: [{ a: 1, b: [true, []] }, [["x"], {}], true],
      empty: {},
      nothing: null,
      "odd key": 1.5,
    });
  });
});
