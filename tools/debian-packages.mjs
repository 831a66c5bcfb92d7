import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { step } from "./progress.mjs";
import { isInstalled, runCommand, tryCommand } from "./run-command.mjs";

/** Debian packages by purpose, each with the programs that we use of it. */
export const SERVICES = {
  prometheus: ["prometheus", "promtool"],
  "prometheus-alertmanager": ["prometheus-alertmanager", "amtool"],
  "prometheus-node-exporter": ["prometheus-node-exporter"],
  "prometheus-blackbox-exporter": ["prometheus-blackbox-exporter"],
};
export const TEST_SERVICES = {
  ...SERVICES,
  "mariadb-server": ["mariadbd", "mariadb-install-db"],
  chromium: ["chromium"],
  keystone: ["keystone-manage", "keystone-wsgi-public", "uwsgi_python3"],
};
export const COMPILERS = { python3: ["python3"], make: ["make"], "g++": ["g++"] };

const APT = ["-o", "DPkg::Lock::Timeout=600"];
const POLICY = "/usr/sbin/policy-rc.d";
const POLICY_MARK = "# Written by the set-up of metricsinfra, which removes it when its packages are installed.";

/** The packages of which a program is missing. */
export function missingPackages(wanted) {
  return Object.keys(wanted).filter((name) => !wanted[name].every(isInstalled));
}

/**
 * Installs the missing ones of `wanted` when we are root; otherwise prints the one line that would, and goes on. The
 * services of what is installed are neither started nor left enabled: we run our own, on our own ports.
 */
export async function installDebianPackages(wanted) {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return;
  const line = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid() !== 0 || !isInstalled("apt-get")) {
    process.stdout.write(`missing: ${missing.join(", ")}. Going on without; as root, this installs them:\n  ${line}\n`);
    return;
  }
  await step(`Debian packages ${missing.join(" ")}`, async () => {
    const before = await installedPackages();
    const ownsPolicy = forbidServiceStarts();
    try {
      await install(missing);
    } finally {
      if (ownsPolicy) rmSync(POLICY, { force: true });
    }
    const after = await installedPackages();
    await stopServicesOf([...after].filter((name) => !before.has(name)));
  });
}

async function install(packages) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const args = [...APT, "install", "-y", "--no-install-recommends", ...packages];
  if ((await tryCommand("apt-get", args, { env })).code === 0) return;
  // Never updated, or long ago.
  await runCommand("apt-get", [...APT, "update"], { env });
  await runCommand("apt-get", args, { env });
}

async function installedPackages() {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills these in, not JavaScript.
  const list = await runCommand("dpkg-query", ["-W", "-f=${db:Status-Status} ${binary:Package}\n"]);
  const installed = list.split("\n").filter((line) => line.startsWith("installed "));
  return new Set(installed.map((line) => line.slice("installed ".length)));
}

/** Debian asks this file before it starts a service; 101 means no. One that is there already is its owner's business. */
function forbidServiceStarts() {
  if (existsSync(POLICY) && !readFileSync(POLICY, "utf8").includes(POLICY_MARK)) return false;
  writeFileSync(POLICY, `#!/bin/sh\n${POLICY_MARK}\nexit 101\n`, { mode: 0o755 });
  return true;
}

/** Only what this installation brought: a service that was there before is somebody's. */
async function stopServicesOf(packages) {
  if (packages.length === 0 || !existsSync("/run/systemd/system")) return;
  const files = await runCommand("dpkg-query", ["-L", ...packages]);
  const units = [...files.matchAll(/^(?:\/usr)?\/lib\/systemd\/system\/([^/@]+\.(?:service|socket|timer))$/gm)];
  const names = [...new Set(units.map(([, name]) => name))];
  if (names.length === 0) return;
  await tryCommand("systemctl", ["disable", "--now", ...names]);
}
