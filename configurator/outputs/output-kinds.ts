import type { ChangesArguments } from "@metricsinfra/sdk";
import type { Settings } from "../settings/settings.js";

/** What is said to the server of an agent's outputs, by their keys in the settings. */
const kinds = {
  prometheus: "PROMETHEUS",
  blackbox: "BLACKBOX",
  alertmanager: "ALERTMANAGER",
  thanosRule: "THANOS_RULE",
  thanosQuery: "THANOS_QUERY",
  karmaAcl: "KARMA_ACL",
} as const;

const keys = ["prometheus", "blackbox", "alertmanager", "thanosRule", "thanosQuery", "karmaAcl"] as const;

/** What an agent with these settings writes, in the words of the graph. */
export function outputKinds(settings: Settings): readonly (typeof kinds)[keyof typeof kinds][] {
  return keys.filter((key) => settings[key] !== undefined).map((key) => kinds[key]);
}

/** What an agent with these settings has to fetch: no more than it writes, and above all no secrets of projects. */
export function neededChanges({
  prometheus,
  alertmanager,
  karmaAcl,
  thanosRule,
  shard,
}: Settings): Pick<ChangesArguments, "projects" | "globalRules" | "shard"> {
  const needsAll = prometheus !== undefined || alertmanager !== undefined;
  return {
    ...(shard === undefined ? {} : { shard }),
    projects: needsAll ? "complete" : karmaAcl !== undefined ? "settings" : "none",
    globalRules: prometheus !== undefined || thanosRule !== undefined,
  };
}
