import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type {
  AlertingRuleCreateInput,
  Client,
  RecordingRuleCreateInput,
  ScrapeJobCreateInput,
} from "@metricsinfra/sdk";
import type { Layout } from "./layout.js";

/** What the demo puts into one project. */
interface ProjectSeed {
  readonly name: string;
  readonly description: string;
  readonly scrapeJobs: readonly Omit<ScrapeJobCreateInput, "project">[];
  readonly alertingRules: readonly Omit<AlertingRuleCreateInput, "project">[];
  readonly recordingRules: readonly Omit<RecordingRuleCreateInput, "project">[];
}

/** The rule of the demo that fires: its target is down. */
export const FIRING_RULE = { project: "shop", name: "TargetDown" } as const;

/**
 * Creates the demo's projects with all that belongs to them. Each is noted in `doneFile` once it is whole: a start after an
 * interrupted one completes it, and what was changed or deleted by then stays so.
 */
export async function seed(client: Client, layout: Layout, doneFile: string): Promise<void> {
  const done = new Set(existsSync(doneFile) ? readFileSync(doneFile, "utf8").split("\n") : []);
  for (const wanted of projectSeeds(layout)) {
    if (done.has(wanted.name)) continue;
    await complete(client, layout, wanted);
    appendFileSync(doneFile, `${wanted.name}\n`);
  }
}

async function complete(client: Client, layout: Layout, wanted: ProjectSeed): Promise<void> {
  const { name, description } = wanted;
  const project = (await client.projects.find(name)) ?? (await client.projects.create({ name, description })).project;
  const below = { project: project.id };
  const present = new Set<string>();
  for await (const group of client.contactGroups.list(below)) present.add(`group ${group.name}`);
  for await (const job of client.scrapeJobs.list(below)) present.add(`job ${job.name}`);
  for await (const rule of client.rules.list(below)) present.add(`rule ${rule.name}`);
  if (!present.has("group on-call")) {
    const contacts = [{ type: "WEBHOOK", value: `${layout.webhook.url}/`, secret: "demo" }] as const;
    await client.contactGroups.create({ ...below, name: "on-call", contacts: [...contacts], makeDefault: true });
  }
  for (const job of wanted.scrapeJobs) {
    if (!present.has(`job ${job.name}`)) await client.scrapeJobs.create({ ...below, ...job });
  }
  for (const rule of wanted.alertingRules) {
    if (!present.has(`rule ${rule.name}`)) await client.alertingRules.create({ ...below, ...rule });
  }
  for (const rule of wanted.recordingRules) {
    if (!present.has(`rule ${rule.name}`)) await client.recordingRules.create({ ...below, ...rule });
  }
}

function projectSeeds(layout: Layout): readonly ProjectSeed[] {
  const target = ({ port }: { readonly port: number }) => ({ host: "127.0.0.1", port });
  return [
    {
      name: "shop",
      description: "A shop on three machines, one of which is down.",
      scrapeJobs: [
        { name: "machines", scrapeInterval: "5s", staticTargets: [target(layout.nodeExporter)] },
        { name: "checkout", scrapeInterval: "5s", staticTargets: [target(layout.nothing)] },
        { name: "front-page", scrapeInterval: "5s", staticTargets: [target(layout.nodeExporter)], probe: { http: {} } },
      ],
      alertingRules: [
        {
          name: FIRING_RULE.name,
          expr: "up == 0",
          for: "5s",
          interval: "5s",
          severity: "critical",
          annotations: { summary: "{{ $labels.job }} at {{ $labels.instance }} does not answer" },
        },
        { name: "FrontPageFails", expr: "probe_success == 0", for: "10s", interval: "5s" },
        { name: "DiskFull", expr: "node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.001", for: "5m" },
      ],
      recordingRules: [{ name: "instance:cpu_busy:rate5m", expr: 'rate(node_cpu_seconds_total{mode!="idle"}[5m])' }],
    },
    {
      name: "library",
      description: "Another tenant, with the same rule and no trouble.",
      scrapeJobs: [{ name: "machines", scrapeInterval: "5s", staticTargets: [target(layout.nodeExporter)] }],
      alertingRules: [{ name: FIRING_RULE.name, expr: "up == 0", for: "5s", interval: "5s", severity: "critical" }],
      recordingRules: [],
    },
  ];
}
