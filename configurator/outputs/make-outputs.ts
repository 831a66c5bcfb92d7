import { createHash } from "node:crypto";
import { join } from "node:path";
import { ExpressionReader } from "../check/expression-reader.js";
import { RuleFileCheck } from "../check/rule-file-check.js";
import { ReleaseTree } from "../disk/release-tree.js";
import { TargetFolder } from "../disk/target-folder.js";
import { hasMailServer, renderAlertmanagerConfig } from "../render/alertmanager-config.js";
import { BaseFileError } from "../render/base-file.js";
import { renderBlackboxConfig } from "../render/blackbox-config.js";
import type { ContactFragment } from "../render/contact-fragment.js";
import type { LimitTiers } from "../render/limit-tier.js";
import type { ProbeModules } from "../render/probe-module.js";
import type { RenderOptions } from "../render/render-project.js";
import type { ServerLabels } from "../render/server-labels.js";
import type { Settings } from "../settings/settings.js";
import { BaseSource } from "./base-source.js";
import { karmaGroups, makeKarmaAcl } from "./make-karma-acl.js";
import { authorization, makeReloader, tool } from "./make-reloader.js";
import { makeThanosQuery, makeThanosRule } from "./make-thanos.js";
import { MergedOutput } from "./merged-output.js";
import { OpenstackSource } from "./openstack-source.js";
import type { Output } from "./output.js";
import { PrometheusOutput } from "./prometheus-output.js";

/** All that an agent writes, with the base files as they are now. */
export interface Outputs {
  /** In the order in which they are switched: what is sent to before what sends. */
  readonly outputs: readonly Output[];
  readonly targets?: { readonly folder: TargetFolder; readonly tiers: readonly string[] };
  readonly render: RenderOptions;
  /** Changes whenever the same projects would be rendered into other files. */
  readonly fingerprint: string;
}

/** To be raised when the same input is rendered otherwise than before. */
const rendererVersion = 6;
/** Reading expressions takes Prometheus milliseconds; one that takes longer is as good as away. */
const readTimeoutMs = 10_000;

/**
 * Makes the outputs that the settings ask for, with the limit tiers of the server and the key that secrets are named with;
 * reads the base files.
 */
export function makeOutputs(settings: Settings, tiers: LimitTiers, namingKey: string): Outputs {
  const { name, directory, prometheus, blackbox, alertmanager, thanosRule, thanosQuery, karmaAcl } = settings;
  const watchdog = prometheus?.watchdog ?? name;
  const openstack = new OpenstackSource(prometheus?.openstack);
  const labels = { shard: settings.shard, replica: settings.replica };
  const made = [
    blackbox && makeBlackbox(directory, blackbox),
    alertmanager && makeAlertmanager(directory, alertmanager),
    prometheus && makePrometheus(directory, { ...prometheus, watchdog }, tiers, openstack, labels),
  ].filter((one) => one !== undefined);
  const karmaConfig = karmaAcl && new BaseSource(karmaAcl.configFile);
  const rulerWatchdog = thanosRule?.watchdog ?? `${name}-thanos-rule`;
  const render: RenderOptions = {
    prometheus: prometheus && {
      tiers,
      openstack: prometheus.openstack && { hostTemplate: prometheus.openstack.hostTemplate },
    },
    blackbox: blackbox && {
      address: blackbox.address,
      secretsFolder: join(directory, "blackbox", "current", "secrets"),
    },
    alertmanager: alertmanager && {
      secretsFolder: join(directory, "alertmanager", "current", "secrets"),
      continue: alertmanager.continue,
      email: hasMail(alertmanager.baseFile),
      ircRelayUrl: alertmanager.ircRelayUrl,
      phabricatorUrl: alertmanager.phabricatorUrl,
    },
    karmaAcl: karmaConfig && { groups: karmaGroups(karmaConfig) },
    namingKey,
  };
  const fromBases = [...made.map(({ base }) => base.fingerprint), karmaConfig?.fingerprint, openstack.fingerprint];
  const fromSettings = [watchdog, labels, alertmanager?.watchdogReceiver, rulerWatchdog, thanosQuery?.stores];
  const dependsOn = [rendererVersion, directory, render, fromBases, fromSettings, karmaAcl?.operatorGroups];
  return {
    outputs: [
      ...made.map(({ output }) => output),
      thanosRule && makeThanosRule(directory, thanosRule, rulerWatchdog),
      thanosQuery && makeThanosQuery(directory, thanosQuery),
      karmaAcl && karmaConfig && makeKarmaAcl(directory, karmaAcl, karmaConfig),
    ].filter((one) => one !== undefined),
    targets: prometheus && {
      folder: new TargetFolder(join(directory, "prometheus")),
      tiers: Object.keys(tiers),
    },
    render,
    fingerprint: createHash("sha256").update(JSON.stringify(dependsOn)).digest("hex"),
  };
}

interface MadeOutput {
  readonly output: Output;
  readonly base: BaseSource;
}

function makePrometheus(
  directory: string,
  settings: NonNullable<Settings["prometheus"]> & { readonly watchdog: string },
  tiers: LimitTiers,
  openstack: OpenstackSource,
  labels: ServerLabels,
): MadeOutput {
  const base = new BaseSource(settings.baseFile);
  const tree = new ReleaseTree(join(directory, "prometheus"));
  const reloader = makeReloader(settings, "prometheus_config");
  const reader = new ExpressionReader({
    urls: settings.urls,
    headers: authorization(settings),
    timeoutMs: readTimeoutMs,
  });
  const rules = new RuleFileCheck(reader);
  const promtool = tool(settings.promtool);
  const { watchdog } = settings;
  const output = new PrometheusOutput(tree, reloader, base, tiers, promtool, rules, watchdog, openstack, labels);
  return { output, base };
}

function makeBlackbox(directory: string, settings: NonNullable<Settings["blackbox"]>): MadeOutput {
  const base = new BaseSource(settings.baseFile);
  const run = tool(settings.command);
  const output = new MergedOutput(
    new ReleaseTree(join(directory, "blackbox")),
    makeReloader(settings, "blackbox_exporter_config"),
    {
      name: "blackbox",
      mainFile: "blackbox.yml",
      render: (fragments) => renderBlackboxConfig(base.read(), fragments.map(parseFragment<ProbeModules>)),
      check: (file) => run([`--config.file=${file}`, "--config.check"]),
    },
  );
  return { output, base };
}

function makeAlertmanager(directory: string, settings: NonNullable<Settings["alertmanager"]>): MadeOutput {
  const base = new BaseSource(settings.baseFile);
  const run = tool(settings.amtool);
  const output = new MergedOutput(
    new ReleaseTree(join(directory, "alertmanager")),
    makeReloader(settings, "alertmanager_config"),
    {
      name: "alertmanager",
      mainFile: "alertmanager.yml",
      render: (fragments) => {
        const projects = fragments.map(parseFragment<ContactFragment>);
        return renderAlertmanagerConfig(base.read(), projects, settings.watchdogReceiver);
      },
      check: (file) => run(["check-config", file]),
    },
  );
  return { output, base };
}

/** A project's part as this program has written it; nobody else writes in its folder. */
function parseFragment<Fragment>(text: string): Fragment {
  return JSON.parse(text);
}

/** A base file that cannot be read is told of when it is merged. */
function hasMail(baseFile: string): boolean {
  try {
    return hasMailServer(new BaseSource(baseFile).read());
  } catch (error) {
    if (error instanceof BaseFileError) return true;
    throw error;
  }
}
