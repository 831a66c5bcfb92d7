import { expect, test } from "vitest";
import {
  checkAlertLabels,
  checkAnnotations,
  checkExtraLabels,
  checkLabelName,
  checkParams,
  checkRecordingLabels,
  checkTargetLabels,
  type Labels,
} from "../../server/core/labels.js";

const everywhere = { checkExtraLabels, checkTargetLabels, checkAlertLabels, checkRecordingLabels, checkAnnotations };

test.each(Object.entries(everywhere))("%s takes ordinary entries", (_name, check) => {
  const labels = { team: "sre", _x: "a b: c # \u2028 👩‍🚀 'q' \\ \"", constructor: "1", A9: "x".repeat(1024) };
  expect(check(labels)).toEqual([]);
  expect(check({})).toEqual([]);
});

test.each(Object.entries(everywhere))("%s refuses names that Prometheus refuses or keeps to itself", (_name, check) => {
  const badNames = ["", "1a", "a-b", "a.b", "a b", "é", "a\n", "__name__", "__address__", "a{b"];
  const labels = JSON.parse(`{"__proto__":"x",${badNames.map((name) => `${JSON.stringify(name)}:"x"`)}}`) as Labels;
  expect(check(labels).map(({ path }) => path)).toEqual([["__proto__"], ...badNames.map((name) => [name])]);
  expect(check({ ["a".repeat(129)]: "x" })).toHaveLength(1);
});

test.each(Object.entries(everywhere))("%s refuses texts that no file could carry", (_name, check) => {
  expect(check({ a: "x\u0000", b: "\u001b[0m", c: "\ud800", d: "\r", e: "\udc00x" }).map(({ path }) => path)).toEqual([
    ["a"],
    ["b"],
    ["c"],
    ["d"],
    ["e"],
  ]);
});

test.each(Object.entries(everywhere))("%s takes 32 entries and not one more", (_name, check) => {
  const labels = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`l${index}`, "x"]));
  expect(check(labels(32))).toEqual([]);
  expect(check(labels(33))).toEqual([{ path: [], message: "At most 32 entries are allowed." }]);
});

test.each([
  ["checkExtraLabels", checkExtraLabels, ["project", "severity", "alertname", "job", "instance"]],
  ["checkTargetLabels", checkTargetLabels, ["project", "job", "instance"]],
  ["checkAlertLabels", checkAlertLabels, ["project", "severity", "alertname"]],
  ["checkRecordingLabels", checkRecordingLabels, ["project"]],
  ["checkAnnotations", checkAnnotations, ["metricsinfra_rule_id"]],
] as const)("%s knows the reserved names of its context", (_name, check, reserved) => {
  expect(check(Object.fromEntries(reserved.map((name) => [name, "x"])))).toEqual(
    reserved.map((name) => ({ path: [name], message: `"${name}" is a reserved name.` })),
  );
});

test("values are counted in bytes, as Prometheus counts them", () => {
  const tooLong = [{ path: ["a"], message: "A value is at most 1024 bytes long." }];
  expect(checkTargetLabels({ a: "ä".repeat(512) })).toEqual([]);
  expect(checkTargetLabels({ a: "ä".repeat(513) })).toEqual(tooLong);
  expect(checkAnnotations({ a: "x".repeat(4096) })).toEqual([]);
  expect(checkAnnotations({ a: "x".repeat(4097) })).toEqual([
    { path: ["a"], message: "A value is at most 4096 bytes long." },
  ]);
});

test("templates are for alerting rules alone", () => {
  const template = { a: "{{ $value }}" };
  const refused = [{ path: ["a"], message: 'A value must not hold "{{" or "}}".' }];
  expect(checkAlertLabels(template)).toEqual([]);
  expect(checkAnnotations(template)).toEqual([]);
  for (const check of [checkExtraLabels, checkTargetLabels, checkRecordingLabels, checkParams]) {
    expect(check(template)).toEqual(refused);
  }
});

test("an empty value is allowed where it means something", () => {
  for (const check of [checkAlertLabels, checkRecordingLabels, checkAnnotations, checkParams]) {
    expect(check({ a: "" })).toEqual([]);
  }
  for (const check of [checkExtraLabels, checkTargetLabels]) {
    expect(check({ a: "" })).toEqual([{ path: ["a"], message: "A value must not be empty." }]);
  }
});

test("annotations alone may span lines", () => {
  expect(checkAnnotations({ a: "one\n\ttwo" })).toEqual([]);
  expect(checkAnnotations({ a: "one\r\ntwo" })).toEqual([
    { path: ["a"], message: "A value must not hold control characters other than line feeds and tabs." },
  ]);
  expect(checkAlertLabels({ a: "one\ntwo" })).toEqual([
    { path: ["a"], message: "A value must not hold control characters." },
  ]);
});

test("a parameter is named by what may follow __param_", () => {
  expect(checkParams({ "0": "x", module: "http_2xx", a_B9: "a&b=c d", __x: "y" })).toEqual([]);
  expect(checkParams({ "match[]": "up", "": "x", "a b": "x" }).map(({ path }) => path)).toEqual([
    ["match[]"],
    [""],
    ["a b"],
  ]);
});

test("a label's name is judged with the reason", () => {
  expect(checkLabelName("instance")).toBeNull();
  expect(checkLabelName("1a")).toBe('A label name is letters, digits and "_", and does not begin with a digit.');
  expect(checkLabelName("__a")).toBe('A label name must not begin with "__": Prometheus keeps these to itself.');
  expect(checkLabelName("a".repeat(129))).toBe("A label name is at most 128 characters long.");
});
