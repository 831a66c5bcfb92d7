import { type Client, createClient } from "@metricsinfra/sdk";
import type { RealStack } from "../../end-to-end/real-stack.js";
import { postGraphql } from "../../support/post-graphql.js";
import { waitFor } from "../../support/wait-for.js";
import { startWebhookReceiver, type WebhookReceiver } from "../../support/webhook-receiver.js";
import type { Canaries } from "./canaries.js";
import { startExporter } from "./exporter.js";

/** A project whose every value is watched. */
export interface CanaryVictim {
  readonly name: string;
  /** The id of each object, by its prefix; what has gone too. */
  readonly ids: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
  readonly client: Client;
  readonly receiver: WebhookReceiver;
  readonly webhook: string;
  readonly alertname: string;
  readonly openstackId: string;
  readonly aclGroup: string;
  /** A key that it sent with a mutation, and that mutation. */
  readonly once: { readonly key: string; readonly query: string; readonly variables: object };
}

/** The machine of the victim, an address that the attacker may scrape from as little as from any other of loopback. */
export const victimHost = "127.0.0.3";
/** The value of a series of the victim's; nothing else has it. */
export const secretValue = 8_675_309_437;

/** Makes the victim, through an administrator of its own, and waits until all of it is live. */
export async function makeCanaryVictim(stack: RealStack, canaries: Canaries): Promise<CanaryVictim> {
  const c = (what: string) => canaries.for(what);
  const operator = stack.client;
  const name = `vic-${c("the name of the project")}`;
  const [openstackId, aclGroup] = [c("the OpenStack id"), c("the ACL group")];
  const { project } = await operator.projects.create({
    name,
    openstackId,
    aclGroup,
    description: c("the description"),
    extraLabels: { [`l${c("the name of an extra label")}`]: c("an extra label") },
  });
  const memberships = [{ project: project.id, role: "ADMIN" } as const];
  const { secret } = await operator.apiTokens.create({ name: c("the name of its administrator"), memberships });
  canaries.add("its administrator's token", secret);
  const client = createClient({ url: stack.graphUrl, token: secret });
  const below = { project: project.id };

  const receiver = await startWebhookReceiver({ host: victimHost });
  const webhook = `${receiver.url}/${c("the path of its webhook")}`;
  const { contactGroup } = await client.contactGroups.create({
    ...below,
    name: c("the name of its contact group"),
    contacts: [
      { type: "WEBHOOK", value: webhook, secret: c("the secret of its webhook") },
      { type: "EMAIL", value: `${c("an address")}@example.org` },
      {
        type: "SLACK",
        value: `#${c("a channel")}`,
        secret: `https://${victimHost}/services/T0/B0/${c("the secret of its channel")}`,
      },
    ],
    makeDefault: true,
  });
  const metrics = `victim_secret{note="${c("a label of its series")}"} ${secretValue}\n`;
  const exporter = await startExporter(victimHost, metrics);
  const { scrapeJob } = await client.scrapeJobs.create({
    ...below,
    name: c("the name of its job"),
    params: { [`p${c("a parameter")}`]: c("the value of a parameter") },
    staticTargets: [{ host: exporter.host, port: exporter.port, labels: { rack: c("a label of its target") } }],
  });
  const { scrapeJob: probeJob } = await client.scrapeJobs.create({
    ...below,
    name: c("the name of its probe"),
    staticTargets: [{ host: exporter.host, port: exporter.port }],
    probe: {
      http: {
        path: `/${c("the path of its probe")}`,
        hostHeader: victimHost,
        headers: { "X-Api-Key": c("a header of its probe") },
        bodyMatches: c("the pattern of its probe"),
      },
    },
  });
  const credentials = { basicAuth: { username: c("a user of its job"), password: c("a password of its job") } };
  await client.scrapeJobs.create({
    ...below,
    name: c("the name of a job with a password"),
    scheme: "HTTPS",
    credentials,
  });
  const alertname = c("the name of its alert");
  const { alertingRule } = await client.alertingRules.create({
    ...below,
    name: alertname,
    expr: `victim_secret{rack!="${c("a matcher of its rule")}"} > 0`,
    for: "0s",
    // It is sent so often, and lives four times as long: after each reload Prometheus knows no Alertmanager for some seconds.
    interval: "15s",
    severity: c("a severity"),
    labels: { tier: c("a label of its rule") },
    annotations: { summary: `${c("an annotation")} {{ $labels.note }} {{ $value }}` },
  });
  const { recordingRule } = await client.recordingRules.create({
    ...below,
    name: `${c("the name of its recorded series")}:sum`,
    expr: "sum by (note) (victim_secret)",
    labels: { kept: c("a label of its recorded series") },
  });
  const reading = [{ project: project.id, role: "VIEWER" } as const];
  const { apiToken, secret: viewer } = await client.apiTokens.create({
    name: c("the name of its token"),
    memberships: reading,
  });
  canaries.add("its token", viewer);
  const { silence } = await client.silences.create({
    ...below,
    matchers: [{ name: "alertname", value: c("a matcher of its silence") }],
    duration: "1h",
    comment: c("the comment of its silence"),
  });
  const { contactGroup: gone } = await client.contactGroups.create({
    ...below,
    name: c("the name of a group that is gone"),
    contacts: [{ type: "EMAIL", value: `${c("an address that is gone")}@example.org` }],
  });
  await client.contactGroups.remove(gone.id);

  const once = {
    key: "deploy-1",
    query: `mutation ($input: AlertingRuleCreateInput!) {
      alertingRuleCreate(input: $input) { alertingRule { id name expr } userErrors { code message path } } }`,
    variables: { input: { ...below, name: c("the name of a rule made once"), expr: "victim_secret == 1" } },
  };
  await postGraphql(stack.graphUrl, secret, once.query, once.variables, { "idempotency-key": once.key });

  const reporter = createClient({ url: stack.graphUrl, token: stack.tokens.AGENT });
  await reporter.agents.report({
    name: "reporter",
    instanceId: "0b0b0b0b",
    hostname: "prometheus.example.org",
    agentVersion: "1",
    appliedRevision: 1,
    lastApplyAt: null,
    outputs: ["PROMETHEUS"],
    runs: [
      {
        output: "PROMETHEUS",
        server: "http://prometheus.example.org",
        state: "OTHER",
        detail: c("what a server runs"),
      },
    ],
    problems: [{ project: project.id, file: c("a file with a problem"), message: c("a problem") }],
    reportIntervalSeconds: 3_600,
    state: "FAILED",
  });

  const alert = await waitFor(
    async () => (await client.alerts.list({ filter: { projects: [name] } }).toArray({ limit: 1 }))[0],
    { what: "the victim's alert", deadlineMs: 60_000, intervalMs: 200 },
  );
  const episode = await waitFor(async () => (await client.alertHistory.ofAlert(alert.id).toArray({ limit: 1 }))[0], {
    what: "the victim's alert to be in the history",
  });
  await receiver.waitFor(({ notification }) => notification.commonLabels.alertname === alertname, 60_000);
  const { results } = await client.acknowledgements.acknowledge({
    alerts: [alert.id],
    note: c("the note of its acknowledgement"),
    owner: c("the owner of its acknowledgement"),
    quiet: false,
  });
  const [entry] = await client.audit.list({ filter: { project: project.id, action: "DELETE" } }).toArray({ limit: 1 });
  const ids = {
    prj: project.id,
    cgr: contactGroup.id,
    gone: gone.id,
    job: scrapeJob.id,
    probe: probeJob.id,
    rul: alertingRule.id,
    rec: recordingRule.id,
    tok: apiToken.id,
    sil: silence.id,
    alr: alert.id,
    ack: results[0]?.acknowledgement?.id ?? "",
    alh: episode.id,
    aud: entry?.id ?? "",
  };
  for (const [kind, id] of Object.entries(ids)) canaries.add(`the id of its ${kind}`, id);
  const numbers = [String(secretValue), "8.675309437e+09", "8.675309437e+9"];
  for (const number of numbers) canaries.add("the value of its series", number);
  const tokens = [secret, viewer];
  return { name, ids, tokens, client, receiver, webhook, alertname, openstackId, aclGroup, once };
}
