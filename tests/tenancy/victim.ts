import { createClient, type ProbeInput } from "@metricsinfra/sdk";
import type { RealStack } from "../end-to-end/real-stack.js";
import { startNodeExporter } from "../support/node-exporter.js";
import { freePort } from "../support/ports.js";
import { postGraphql } from "../support/post-graphql.js";
import { waitFor } from "../support/wait-for.js";
import type { Role } from "./roles.js";

/** A project with an object of each kind, live ones too, and a token for everybody who may ask about it. */
export interface Victim {
  /** The id of each object, by the name that queries give it: `prj`, `cgr`, `job` … */
  readonly ids: Readonly<Record<string, string>>;
  /** Null for ANONYMOUS, who has none. */
  readonly tokens: Readonly<Record<Role, string | null>>;
}

/** Fills a stack; `outside` is the name of the project that the OUTSIDER administers. */
export async function makeVictim({ client, tokens, graphUrl }: RealStack): Promise<Victim> {
  const exporter = await startNodeExporter();
  const { project } = await client.projects.create({
    name: "victim",
    openstackId: "0123456789abcdef",
    description: "What others want to know.",
    extraLabels: { team: "blue" },
    aclGroup: "victims",
  });
  const { project: troubled } = await client.projects.create({ name: "troubled" });
  const { project: outside } = await client.projects.create({ name: "attacker" });
  const below = { project: project.id };
  const { contactGroup } = await client.contactGroups.create({
    ...below,
    name: "on-call",
    contacts: [{ type: "WEBHOOK", value: "https://127.0.0.1:9/victim", secret: "s3cret-of-the-victim" }],
    makeDefault: true,
  });
  const staticTargets = [
    { host: "127.0.0.1", port: exporter.port, labels: { rack: "b1" } },
    { host: "127.0.0.1", port: await freePort() },
  ];
  const often = { scrapeInterval: "1s", scrapeTimeout: "1s" };
  const { scrapeJob } = await client.scrapeJobs.create({
    ...below,
    ...often,
    name: "machines",
    params: { collect: "cpu" },
    staticTargets,
    openstackDiscovery: { port: 9100, nameRegex: "web-.*" },
  });
  const probeJob = async (name: string, probe: ProbeInput, port: number | null) => {
    const target = port === null ? { host: "127.0.0.1" } : { host: "127.0.0.1", port };
    const input = { ...below, name, probe, staticTargets: [target], enabled: false };
    return (await client.scrapeJobs.create(input)).scrapeJob.id;
  };
  const http = {
    bodyMatches: "a",
    bodyNotMatches: "b",
    headers: { Accept: "text/html" },
    hostHeader: "127.0.0.1",
  };
  const { scrapeJob: secretJob } = await client.scrapeJobs.create({
    ...below,
    name: "guarded",
    scheme: "HTTPS",
    credentials: { basicAuth: { username: "prometheus", password: "pass-of-the-victim" } },
    enabled: false,
  });
  const { alertingRule } = await client.alertingRules.create({
    ...below,
    name: "MachineDown",
    expr: "up == 0",
    for: "0s",
    interval: "1s",
    severity: "critical",
    labels: { tier: "one" },
    annotations: { summary: "{{ $labels.instance }} is down" },
  });
  const { recordingRule } = await client.recordingRules.create({
    ...below,
    name: "victim:up:count",
    expr: "count(up)",
    interval: "1s",
  });
  const { globalRule } = await client.globalRules.create({
    name: "Everywhere",
    expr: "up == <<value>>",
    interval: "1m",
    parameters: [
      {
        name: "value",
        type: "NUMBER",
        description: "What it is to be.",
        default: "2",
        min: "2",
        max: "9",
        unit: "states",
      },
    ],
    overridable: true,
  });
  const { globalRuleOverride } = await client.globalRules.override(
    { ...below, globalRule: globalRule.id },
    { parameters: { value: "3" }, severity: "critical", for: "5m" },
  );
  const member = { project: project.id, role: "MEMBER" } as const;
  const { apiToken } = await client.apiTokens.create({
    name: "of the victim",
    memberships: [member],
    expiresAt: "2099-01-01T00:00:00Z",
  });
  await waitFor(() => client.alerts.list().page(), { what: "the server to know the Alertmanagers' alerts" });
  const { silence } = await client.silences.create({
    ...below,
    matchers: [{ name: "alertname", value: "SomethingElse" }],
    duration: "1h",
    comment: "known to the victim",
  });
  const reporter = createClient({ url: graphUrl, token: tokens.AGENT });
  await reporter.agents.report({
    name: "reporter",
    instanceId: "0b0b0b0b",
    hostname: "prometheus.example.org",
    agentVersion: "1",
    fetchedRevision: 1,
    checkedRevision: 1,
    appliedRevision: 1,
    waitsFor: "reporter",
    lastApplyAt: new Date().toISOString(),
    outputs: ["PROMETHEUS"],
    shard: "one",
    runs: [
      {
        output: "PROMETHEUS",
        server: "http://prometheus.example.org:9090",
        revision: 1,
        state: "RUNS",
        seenAt: new Date().toISOString(),
        detail: "Its last reload failed.",
      },
    ],
    problems: [{ project: troubled.id, file: "rules.yml", message: "cannot be read" }],
    reportIntervalSeconds: 600,
    state: "BRAKED",
    brake: {
      digest: "0123456789abcdef",
      revision: 1,
      removals: [{ kind: "PROJECT", count: 6, known: 7, recent: 0 }],
      names: ["project victim"],
    },
  });

  const alert = await waitFor(
    async () => {
      const [found] = await client.alerts.list({ filter: { projects: ["victim"] } }).toArray({ limit: 1 });
      const targets = await client.targets.list({ of: scrapeJob.id }).toArray({ limit: 10 });
      const isScraped = targets.length === 2 && targets.every(({ lastScrapeAt }) => lastScrapeAt !== null);
      const rules = '{ project(name: "victim") { rules { nodes { health { lastEvaluationAt } } } } }';
      const { data } = await postGraphql(graphUrl, tokens.OPERATOR, rules);
      const isEvaluated = !JSON.stringify(data.project.rules).includes("null");
      return isScraped && isEvaluated && found;
    },
    { what: "the victim's alert, targets and rules to be live", deadlineMs: 60_000, intervalMs: 200 },
  );
  const { results } = await client.acknowledgements.acknowledge({
    alerts: [alert.id],
    note: "known to the victim",
    owner: "the matrix",
    duration: "1d",
  });
  const episode = await waitFor(async () => (await client.alertHistory.ofAlert(alert.id).toArray({ limit: 1 }))[0], {
    what: "the victim's alert to be in the history",
  });
  const { project: passing } = await client.projects.create({ name: "gone-by" });
  await client.projects.remove(passing.id);
  const [entry] = await client.audit.list({ filter: { project: project.id, action: "UPDATE" } }).toArray({ limit: 1 });
  await client.shards.move({ project: troubled.id, shard: "one" });
  await client.shards.forceMove(troubled.id);
  const pinned = await client.shards.pin({ project: project.id, shard: "one" });
  const [agent] = (await client.agents.list()).filter(({ name }) => name === "reporter");
  await client.agents.releaseBrake(agent?.id ?? "", "0123456789abcdef");
  const roleToken = async (role: "VIEWER" | "MEMBER" | "ADMIN") => {
    const memberships = [project, troubled].map(({ id }) => ({ project: id, role }));
    return (await client.apiTokens.create({ name: role, memberships })).secret;
  };
  const outsider = { name: "outsider", memberships: [{ project: outside.id, role: "ADMIN" } as const] };
  return {
    ids: {
      prj: project.id,
      badPrj: troubled.id,
      outside: outside.id,
      cgr: contactGroup.id,
      job: scrapeJob.id,
      secretJob: secretJob.id,
      httpJob: await probeJob("http", { http }, 80),
      tcpJob: await probeJob("tcp", { tcp: {} }, 80),
      icmpJob: await probeJob("icmp", { icmp: {} }, null),
      dnsJob: await probeJob("dns", { dns: { queryName: "example.org", answerMatches: "192[.]0[.]2[.].*" } }, 53),
      rul: alertingRule.id,
      rec: recordingRule.id,
      grl: globalRule.id,
      gro: globalRuleOverride.id,
      alr: alert.id,
      alh: episode.id,
      sil: silence.id,
      ack: results[0]?.acknowledgement?.id ?? "",
      tok: apiToken.id,
      aud: entry?.id ?? "",
      agt: agent?.id ?? "",
      pmv: pinned.project.move?.id ?? "",
    },
    tokens: {
      ANONYMOUS: null,
      OUTSIDER: (await client.apiTokens.create(outsider)).secret,
      VIEWER: await roleToken("VIEWER"),
      MEMBER: await roleToken("MEMBER"),
      ADMIN: await roleToken("ADMIN"),
      READER: (await client.apiTokens.create({ name: "reader", globalRole: "READER" })).secret,
      AGENT: tokens.AGENT,
      OPERATOR: tokens.OPERATOR,
    },
  };
}
