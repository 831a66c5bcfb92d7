import { DemoFailure } from "./demo-failure.js";
import { findExecutable } from "./start-process.js";

/** The programs that the demo runs, each with the Debian package that it is in. */
const PROGRAMS = {
  setpriv: "util-linux",
  prometheus: "prometheus",
  promtool: "prometheus",
  "prometheus-alertmanager": "prometheus-alertmanager",
  amtool: "prometheus-alertmanager",
  "prometheus-node-exporter": "prometheus-node-exporter",
  "prometheus-blackbox-exporter": "prometheus-blackbox-exporter",
} as const;

/** Throws a DemoFailure that names what is missing and the command that installs it. */
export function requirePrograms(): void {
  const missing = Object.entries(PROGRAMS).filter(([program]) => findExecutable(program) === undefined);
  if (missing.length === 0) return;
  const programs = missing.map(([program]) => program).join(", ");
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  throw new DemoFailure(`${programs}: not installed. As root: apt-get install -y --no-install-recommends ${packages}`);
}
