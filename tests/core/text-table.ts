import { expect, test } from "vitest";

/** A check of one kind of text, with texts that it must take and texts that it must refuse. */
export interface TextTable {
  readonly check: (text: string) => string | null;
  readonly good: readonly string[];
  readonly bad: readonly string[];
}

const injected = ["\r\nX: y", "\n", "\r", "\u2028", "\u0000", "\u001b", "\u0085", "{{ .x }}", "{{", "}}", "\ud800"];
const hostile = ["a", "a.", "%", ":", "#", "[", "a@"].map((part) => part.repeat(100_000));

/** Registers the tests that each kind of text has in common. */
export function testTexts(tables: Readonly<Record<string, TextTable>>): void {
  for (const [name, { check, good, bad }] of Object.entries(tables)) {
    test(`${name} is taken`, () =>
      expect(good.map((text) => [text, check(text)])).toEqual(good.map((text) => [text, null])));

    test(`what is not ${name} is refused with a sentence`, () => {
      const sentence = expect.stringMatching(/^[A-Z].+[.…]$/);
      expect(bad.map((text) => [text, check(text)])).toEqual(bad.map((text) => [text, sentence]));
    });

    test(`${name} holds no line break, control character, template mark or lone surrogate, and is not empty`, () => {
      const texts = good.slice(0, 1).flatMap((text) => injected.flatMap((part) => [text + part, part + text, part]));
      for (const text of ["", ...texts]) expect([text, check(text)]).toEqual([text, expect.any(String)]);
    });

    test(`a message on ${name} does not repeat what may be a secret`, () => {
      for (const text of bad.filter((one) => one.length > 12)) expect(check(text)).not.toContain(text);
    });

    test(`a hostile text is refused as ${name} at once`, () => {
      const started = performance.now();
      for (const text of hostile) expect(check(text)).toEqual(expect.any(String));
      expect(performance.now() - started).toBeLessThan(200);
    });
  }
}
