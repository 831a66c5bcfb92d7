import type { OutputName } from "../render/render-project.js";

const names: Readonly<Record<OutputName, string>> = {
  prometheus: "Prometheus",
  blackbox: "the blackbox exporter",
  alertmanager: "Alertmanager",
  "thanos-rule": "Thanos Rule",
  "thanos-query": "Thanos Query",
  "karma-acl": "Karma",
};

/** What people call the program that reads an output. */
export function processName(output: OutputName): string {
  return names[output];
}
