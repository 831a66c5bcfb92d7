import { beforeAll, expect, test } from "vitest";
import { describeOnEachDatabase } from "../support/databases.js";
import { startNodeExporter } from "../support/node-exporter.js";
import { freePort } from "../support/ports.js";
import { type SmtpSink, startSmtpSink } from "../support/smtp-sink.js";
import { waitFor } from "../support/wait-for.js";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.js";
import { type RealStack, startRealStack } from "./real-stack.js";

const SLOW = { deadlineMs: 60_000, intervalMs: 200 };

describeOnEachDatabase((database) => {
  let stack: RealStack;
  let webhook: WebhookReceiver;
  let smtp: SmtpSink;

  beforeAll(async () => {
    webhook = await startWebhookReceiver();
    smtp = await startSmtpSink();
    stack = await startRealStack({
      database: database.settings,
      alertmanagerGlobal: {
        smtp_smarthost: `127.0.0.1:${smtp.port}`,
        smtp_from: "alerts@example.org",
        smtp_require_tls: false,
      },
    });
  });

  test("a change is scraped, evaluated and alerted on; its alert is seen, silenced, unsilenced and resolved", {
    timeout: 240_000,
  }, async () => {
    const { client } = stack;
    const up = await startNodeExporter();
    const downPort = await freePort();

    const { project } = await client.projects.create({ name: "shop" });
    const below = { project: project.id };
    await client.contactGroups.create({
      ...below,
      name: "on-call",
      contacts: [
        { type: "WEBHOOK", value: `${webhook.url}/shop`, secret: "s3cret-token" },
        { type: "EMAIL", value: "on-call@example.org" },
      ],
      makeDefault: true,
    });
    const { scrapeJob } = await client.scrapeJobs.create({
      ...below,
      name: "machines",
      scrapeInterval: "1s",
      scrapeTimeout: "1s",
      staticTargets: [
        { host: "127.0.0.1", port: up.port },
        { host: "127.0.0.1", port: downPort },
      ],
    });
    const { alertingRule } = await client.alertingRules.create({
      ...below,
      name: "MachineDown",
      expr: "up == 0",
      for: "1s",
      interval: "1s",
      severity: "critical",
      annotations: { summary: "{{ $labels.instance }} is down" },
    });

    // It is scraped, with the tenant's label, and the graph knows how each target fares.
    const targets = await waitFor(
      async () => {
        const all = await client.targets.list({ of: scrapeJob.id }).toArray({ limit: 10 });
        return all.length === 2 && all.every(({ health }) => health !== "UNKNOWN") && all;
      },
      { ...SLOW, what: "both targets to be scraped" },
    );
    expect(new Map(targets.map(({ instance, health }) => [instance, health]))).toEqual(
      new Map([
        [`127.0.0.1:${up.port}`, "UP"],
        [`127.0.0.1:${downPort}`, "DOWN"],
      ]),
    );
    expect((await stack.prometheus.query('up{project="shop"}')).length).toBe(2);

    // The alert is in the graph, with its project and its rule.
    const filter = { projects: ["shop"] };
    const read = () => client.alerts.list({ filter }).toArray({ limit: 10 });
    const alert = await waitFor(async () => (await read()).find(({ state }) => state === "ACTIVE"), {
      ...SLOW,
      what: "the alert to be in the graph",
    });
    expect(alert).toMatchObject({
      name: "MachineDown",
      severity: "critical",
      state: "ACTIVE",
      project: { id: project.id, name: "shop" },
      rule: { id: alertingRule.id, name: "MachineDown" },
      labels: { alertname: "MachineDown", project: "shop", instance: `127.0.0.1:${downPort}`, severity: "critical" },
      silencedBy: [],
      clusters: ["main"],
    });
    expect(alert.annotations.summary).toBe(`127.0.0.1:${downPort} is down`);

    // Who is on call is told, by webhook and by mail.
    const isOf = (status: string) => (delivery: (typeof webhook.deliveries)[number]) =>
      delivery.notification.status === status && delivery.notification.commonLabels.alertname === "MachineDown";
    const firing = await webhook.waitFor(isOf("firing"), 30_000);
    expect([firing.path, firing.notification.receiver, firing.headers.authorization]).toEqual([
      "/shop",
      "shop/on-call",
      "Bearer s3cret-token",
    ]);
    const mail = await smtp.waitFor(({ to }) => to.includes("on-call@example.org"), 30_000);
    expect(mail.subject).toContain("MachineDown");

    // Silenced: the very next read shows it.
    const { silence } = await client.silences.create({
      ...below,
      matchers: [{ name: "alertname", value: "MachineDown" }],
      duration: "10m",
      comment: "being repaired",
    });
    const silenced = await read();
    expect(silenced.map(({ id, state, silencedBy }) => [id, state, silencedBy.map((by) => by.id)])).toEqual([
      [alert.id, "SUPPRESSED", [silence.id]],
    ]);

    // And unsilenced, the same way.
    await client.silences.expire(silence.id);
    const unsilenced = await read();
    expect(unsilenced.map(({ id, state, silencedBy }) => [id, state, silencedBy])).toEqual([[alert.id, "ACTIVE", []]]);

    // Without its rule the alert ends, and who is on call is told.
    const resolvedBefore = webhook.deliveries.filter(isOf("resolved")).length;
    await client.rules.remove(alertingRule.id);
    await waitFor(async () => (await read()).length === 0, { ...SLOW, what: "the alert to be resolved in the graph" });
    await waitFor(() => webhook.deliveries.filter(isOf("resolved")).length > resolvedBefore, {
      ...SLOW,
      what: "the webhook to be told that it is resolved",
    });
    expect((await client.rollouts.get(project.id)).state).toBe("APPLIED");
  });
});
