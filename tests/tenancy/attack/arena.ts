import { type Client, createClient } from "@metricsinfra/sdk";
import { eagerTier, type RealStack, startRealStack } from "../../end-to-end/real-stack.js";
import { createMariadbDatabase } from "../../support/mariadb.js";
import { apiAudience, type OidcProviderProcess, startOidcProvider } from "../../support/oidc-provider.js";
import { startWebhookReceiver, type WebhookReceiver } from "../../support/webhook-receiver.js";
import { Canaries } from "./canaries.js";
import { type CanaryVictim, makeCanaryVictim, victimHost } from "./canary-victim.js";
import { type Exporter, startExporter } from "./exporter.js";

/** The whole stack, a victim in one project and an attacker in another. */
export interface Arena {
  readonly stack: RealStack;
  readonly canaries: Canaries;
  readonly victim: CanaryVictim;
  readonly attacker: Attacker;
  readonly oidc: OidcProviderProcess;
}

/** The other project, with an object of each kind, a machine and all the tokens that its members may have. */
export interface Attacker {
  readonly name: "attacker";
  readonly ids: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<"ADMIN" | "MEMBER" | "VIEWER", string>>;
  readonly client: Client;
  readonly exporter: Exporter;
  readonly receiver: WebhookReceiver;
  /** A token with roles in both projects, which an operator made. */
  readonly shared: string;
}

const attackerHost = "127.0.0.2";

/** Starts it, with every way in open that the settings have. Our own servers are at 127.0.0.1, where tenants have no business. */
export async function startArena(): Promise<Arena> {
  const canaries = new Canaries();
  const origin = "http://127.0.0.1:1";
  const oidc = await startOidcProvider(origin, {});
  const keystone = await startExporter("127.0.0.1", "");
  const stack = await startRealStack({
    database: await createMariadbDatabase(),
    serverSettings: {
      listen: { publicUrl: origin },
      access: {
        groups: [
          { group: "project-{name}", role: "MEMBER" },
          { group: "project-{name}-admins", role: "ADMIN" },
          { group: "sre", role: "OPERATOR" },
        ],
        oidc: { ...oidc.settings, audience: apiAudience },
        keystone: { url: `http://${keystone.host}:${keystone.port}` },
        proxyHeader: { addresses: ["192.0.2.7"] },
      },
      egress: { allowedNetworks: [`${attackerHost}/32`, `${victimHost}/32`] },
      limits: {
        tiers: { default: eagerTier },
        // Whoever tries for longer than a minute gets as far.
        rate: { requestsPerMinute: 100_000, costPerMinute: 100_000_000, failedSignInsPerMinute: 10_000 },
      },
    },
  });
  await stack.client.globalRules.create({ name: "Everywhere", expr: "up == 0", interval: "1s" });
  const victim = await makeCanaryVictim(stack, canaries);
  return { stack, canaries, victim, attacker: await makeAttacker(stack, victim), oidc };
}

async function makeAttacker(stack: RealStack, victim: CanaryVictim): Promise<Attacker> {
  const operator = stack.client;
  const { project } = await operator.projects.create({ name: "attacker" });
  const token = async (role: "ADMIN" | "MEMBER" | "VIEWER") => {
    const memberships = [{ project: project.id, role }];
    return (await operator.apiTokens.create({ name: `attacker ${role}`, memberships })).secret;
  };
  const tokens = { ADMIN: await token("ADMIN"), MEMBER: await token("MEMBER"), VIEWER: await token("VIEWER") };
  const client = createClient({ url: stack.graphUrl, token: tokens.ADMIN });
  const below = { project: project.id };
  const exporter = await startExporter(attackerHost, hostileMetrics(victim));
  const receiver = await startWebhookReceiver({ host: attackerHost });
  const { contactGroup } = await client.contactGroups.create({
    ...below,
    name: "own",
    contacts: [{ type: "WEBHOOK", value: `${receiver.url}/own`, secret: "known-to-the-attacker" }],
    makeDefault: true,
  });
  const target = { host: exporter.host, port: exporter.port };
  const { scrapeJob } = await client.scrapeJobs.create({ ...below, name: "own", staticTargets: [target] });
  const { alertingRule } = await client.alertingRules.create({
    ...below,
    name: "Own",
    expr: "attacker_up == 1",
    for: "0s",
  });
  const { recordingRule } = await client.recordingRules.create({ ...below, name: "own:up", expr: "sum(up)" });
  const matchers = [{ name: "alertname", value: "Nothing" }];
  const { silence } = await client.silences.create({ ...below, matchers, duration: "1h", comment: "own" });
  const own = await client.apiTokens.create({ name: "own", memberships: [{ project: project.id, role: "VIEWER" }] });
  const both = [project.id, victim.ids.prj ?? ""].map((id) => ({ project: id, role: "VIEWER" }) as const);
  const shared = await operator.apiTokens.create({ name: "of both", memberships: both });
  const [globalRule] = await operator.globalRules.list().toArray({ limit: 1 });
  const [entry] = await client.audit.list().toArray({ limit: 1 });
  const ids = {
    prj: project.id,
    cgr: contactGroup.id,
    job: scrapeJob.id,
    rul: alertingRule.id,
    rec: recordingRule.id,
    sil: silence.id,
    tok: own.apiToken.id,
    grl: globalRule?.id ?? "",
    aud: entry?.id ?? "",
  };
  return { name: "attacker", ids, tokens, client, exporter, receiver, shared: shared.apiToken.id };
}

/** What a machine says that claims to be another's. */
function hostileMetrics({ name, alertname }: CanaryVictim): string {
  return `${[
    "attacker_up 1",
    `victim_secret{project="${name}",note="forged"} 666`,
    `up{project="${name}",job="forged",instance="forged"} 0`,
    `scrape_duration_seconds{project="${name}"} 666`,
    `ALERTS{project="${name}",alertname="${alertname}",alertstate="firing"} 1`,
    `ALERTS_FOR_STATE{project="${name}",alertname="${alertname}"} 1`,
    `exported_project_up{exported_project="${name}",__metrics_path__="/x"} 1`,
    `forged_at{project="${name}"} 666 1`,
  ].join("\n")}\n`;
}
