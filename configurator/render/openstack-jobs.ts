import type { ProjectConfig, ScrapeJobConfig } from "../fetch/project-config.js";
import { isYamlMap, type YamlMap } from "./base-file.js";
import type { LimitTier } from "./limit-tier.js";
import { isId } from "./names.js";
import { dropReserved, jobPrefix, tierLimits } from "./prometheus-config.js";
import { scrapeTiming } from "./scrape-timing.js";
import { textProblem } from "./text-problem.js";
import type { YamlValue } from "./yaml-text.js";

/** How the operators' OpenStack is asked for instances; who asks is added when all configs are merged. */
export interface OpenstackOptions {
  /** `{instance}.{project}.example.org`; without it an instance is scraped at its private address. */
  readonly hostTemplate?: string | undefined;
}

/** The names that are one label of an address: a tenant gives them, and must not lead elsewhere by one. */
const hostName = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";

/** Says why a job's discovery cannot be carried out, or undefined; also where it has none. */
export function discoveryProblem(
  { openstackId }: Pick<ProjectConfig, "openstackId">,
  { id, openstackDiscovery, probe }: ScrapeJobConfig,
  options: OpenstackOptions | undefined,
): string | undefined {
  if (openstackDiscovery === null) return undefined;
  if (options === undefined) return "uses OpenStack discovery, and this agent's settings name no OpenStack";
  if (probe !== null) return "probes only its static targets: what is discovered is scraped, not probed";
  if (openstackId === null) return "uses OpenStack discovery, and the project has no OpenStack id";
  if (!/^[\w-]{1,64}$/.test(openstackId))
    return "uses OpenStack discovery, and the project's OpenStack id is not allowed";
  if (!isId(id)) return "uses OpenStack discovery, and its id is not allowed";
  const { port, nameRegex } = openstackDiscovery;
  if (!(Number.isInteger(port) && port > 0 && port < 65_536))
    return "discovers nothing: its port is not a number from 1 to 65535";
  const text = textProblem([nameRegex ?? ""]);
  return text === undefined ? undefined : `discovers nothing: its pattern of names ${text}`;
}

/**
 * One scrape config for the instances that Prometheus discovers in a project. The job's id is in its name, because what is
 * discovered can be given no label that the targets API would give back. `credentials` is what the job says of who it is.
 */
export function renderOpenstackJob(
  project: Pick<ProjectConfig, "name" | "openstackId">,
  job: ScrapeJobConfig,
  tier: LimitTier,
  options: OpenstackOptions,
  credentials: YamlMap,
): YamlMap | undefined {
  const { openstackDiscovery } = job;
  if (openstackDiscovery === null || project.openstackId === null) return undefined;
  const { labels } = scrapeTiming(job, tier);
  const forced = { target_label: "project", replacement: project.name };
  return {
    job_name: `${jobPrefix}${project.name}/${job.id}/openstack`,
    honor_labels: false,
    follow_redirects: false,
    scheme: job.scheme.toLowerCase(),
    metrics_path: job.metricsPath,
    params: Object.fromEntries(Object.entries(job.params).map(([name, value]) => [name, [value]])),
    ...tierLimits(tier),
    ...(labels.__scrape_interval__ === undefined ? {} : { scrape_interval: labels.__scrape_interval__ }),
    ...(labels.__scrape_timeout__ === undefined ? {} : { scrape_timeout: labels.__scrape_timeout__ }),
    ...credentials,
    openstack_sd_configs: [{ role: "instance", project_id: project.openstackId, port: openstackDiscovery.port }],
    relabel_configs: [
      ...instanceRules(project.name, openstackDiscovery, options),
      { target_label: "job", replacement: job.name.replaceAll("$", "$$$$") },
      forced,
    ],
    metric_relabel_configs: [dropReserved, forced],
  };
}

/** Which instances are kept, and where and as what they are scraped. */
function instanceRules(
  project: string,
  { port, nameRegex }: NonNullable<ScrapeJobConfig["openstackDiscovery"]>,
  { hostTemplate }: OpenstackOptions,
): readonly YamlValue[] {
  const source_labels = ["__meta_openstack_instance_name"];
  const keep = (regex: string): YamlValue => ({ source_labels, regex, action: "keep" });
  return [
    { source_labels: ["__meta_openstack_instance_status"], regex: "ACTIVE", action: "keep" },
    ...(nameRegex === null || nameRegex === "" ? [] : [keep(nameRegex)]),
    ...(hostTemplate === undefined
      ? []
      : [
          keep(hostName),
          {
            source_labels,
            target_label: "__address__",
            // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus fills this in, not JavaScript.
            replacement: `${hostTemplate.replaceAll("{instance}", "${1}").replaceAll("{project}", project)}:${port}`,
          },
        ]),
    { source_labels, target_label: "instance" },
  ];
}

/** Who asks OpenStack, and which images' instances are scraped. */
export interface OpenstackAccess {
  readonly identityEndpoint: string;
  readonly username: string;
  readonly password: string;
  readonly domainName: string;
  readonly regions: readonly string[];
  readonly refreshInterval: string;
  /** The ids of images whose instances are scraped; undefined for those of all. */
  readonly images: readonly string[] | undefined;
}

/** A project's scrape config as Prometheus reads it: with who asks OpenStack, which no project's file holds. */
export function withAccess(config: YamlMap, access: OpenstackAccess | undefined): YamlMap | undefined {
  const { openstack_sd_configs: discoveries, relabel_configs: rules } = config;
  if (!Array.isArray(discoveries)) return config;
  if (access === undefined) return undefined;
  const { identityEndpoint, username, password, domainName, regions, refreshInterval, images } = access;
  const asking = {
    identity_endpoint: identityEndpoint,
    username,
    password,
    domain_name: domainName,
    refresh_interval: refreshInterval,
  };
  // A Prometheus as old as 2.42 does not tell the image, nor does Nova that of who boots from a volume: those are kept.
  const regex = ["", ...(images ?? [])].join("|");
  const keepImages = { source_labels: ["__meta_openstack_instance_image"], regex, action: "keep" };
  return {
    ...config,
    openstack_sd_configs: regions.flatMap((region) =>
      discoveries.map((discovery) => ({ ...(isYamlMap(discovery) ? discovery : {}), region, ...asking })),
    ),
    relabel_configs: [...(images === undefined ? [] : [keepImages]), ...(Array.isArray(rules) ? rules : [])],
  };
}
