import type { Alert } from "./alert.js";
import { newestFirst } from "./alert-index.js";
import type { AlertScope } from "./alert-selector.js";
import type { ProjectSight } from "./project-sight.js";

/** All alerts that somebody may see. */
export function scopeOfSight({ names, sees, platform }: ProjectSight): AlertScope {
  const holds = ({ projectName }: Alert) => sees(projectName);
  if (names !== null) {
    const sorted = [...names].sort();
    const alerts: AlertScope["alerts"] = (snapshot) => {
      const lists = sorted.map((name) => snapshot.alertsOfProject(name)).filter((list) => list.length > 0);
      return lists.length > 1 ? lists.flat().sort(newestFirst) : (lists[0] ?? []);
    };
    return { key: JSON.stringify(sorted), alerts, holds };
  }
  if (platform) return { key: "all", alerts: (snapshot) => snapshot.alerts, holds };
  return { key: "projects", alerts: (snapshot) => snapshot.alerts.filter(holds), holds };
}

/** The alerts of one project. */
export function scopeOfProject(name: string): AlertScope {
  return {
    key: `project ${name}`,
    alerts: (snapshot) => snapshot.alertsOfProject(name),
    holds: ({ projectName }) => projectName === name,
  };
}

/** The alerts of one project that say they come of one of its rules; others' only claim it. */
export function scopeOfRule(projectName: string, ruleId: string): AlertScope {
  const holds = (alert: Alert) => alert.projectName === projectName && alert.ruleId === ruleId;
  return {
    key: `rule ${ruleId} ${projectName}`,
    alerts: (snapshot) => snapshot.alertsOfRule(ruleId).filter(holds),
    holds,
  };
}
