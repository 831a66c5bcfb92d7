import { describe, expect, test } from "vitest";
import { startAlertmanagerPair } from "./alertmanager.js";
import { startBlackboxExporter } from "./blackbox-exporter.js";
import { startNodeExporter } from "./node-exporter.js";
import { startPrometheus } from "./prometheus.js";
import { startSmtpSink } from "./smtp-sink.js";
import { waitFor } from "./wait-for.js";
import { startWebhookReceiver } from "./webhook-receiver.js";

describe("the services that tests use", () => {
  test("Prometheus scrapes the exporters, and a broken config is refused in its own words", async () => {
    const node = await startNodeExporter();
    const blackbox = await startBlackboxExporter();
    const prometheus = await startPrometheus({
      config: `
global: {scrape_interval: 1s}
scrape_configs:
  - {job_name: node, static_configs: [{targets: ["127.0.0.1:${node.port}"]}]}
  - job_name: probe
    metrics_path: /probe
    params: {module: [http], target: ["${node.url}"]}
    static_configs: [{targets: ["127.0.0.1:${blackbox.port}"]}]
`,
    });
    const up = await waitFor(
      async () => {
        const samples = await prometheus.query('up{job="node"} or probe_success');
        return samples.length === 2 && samples;
      },
      { what: "both jobs to be scraped", deadlineMs: 20_000 },
    );
    expect(up.map((sample) => [sample.labels.job, sample.value])).toEqual([
      ["node", 1],
      ["probe", 1],
    ]);
    await expect(prometheus.configure("global: {nonsense: 1}")).rejects.toThrow(
      /Prometheus refused its config: .*field nonsense not found/s,
    );
  });

  test("a pair of Alertmanagers shares silences and sends one notification to the webhook and one mail", async () => {
    const webhook = await startWebhookReceiver();
    const smtp = await startSmtpSink();
    const [first, second] = await startAlertmanagerPair({
      config: `
global: {smtp_smarthost: "127.0.0.1:${smtp.port}", smtp_from: alerts@example.org, smtp_require_tls: false}
route: {receiver: team, group_wait: 1s, group_interval: 1s, group_by: [alertname]}
receivers:
  - name: team
    webhook_configs: [{url: "${webhook.url}/hook"}]
    email_configs: [{to: team@example.org, headers: {subject: "Störung: 50% {{ .CommonLabels.alertname }}"}}]
`,
    });
    for (const alertmanager of [first, second]) await alertmanager.postAlerts([{ labels: { alertname: "Down" } }]);
    const delivery = await webhook.waitFor(({ notification }) => notification.commonLabels.alertname === "Down");
    expect([delivery.path, delivery.notification.status, delivery.notification.receiver]).toEqual([
      "/hook",
      "firing",
      "team",
    ]);
    const mail = await smtp.waitFor(({ to }) => to.includes("team@example.org"));
    expect([mail.from, mail.subject]).toEqual(["alerts@example.org", "Störung: 50% Down"]);
    const { silenceID } = (await first.api("/api/v2/silences", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        matchers: [{ name: "alertname", value: "Down", isRegex: false }],
        startsAt: new Date().toISOString(),
        endsAt: new Date(Date.now() + 60_000).toISOString(),
        createdBy: "test",
        comment: "test",
      }),
    })) as { silenceID: string };
    await waitFor(() => second.api(`/api/v2/silence/${silenceID}`), { what: "the silence to reach the peer" });
    expect([webhook.deliveries.length, smtp.mails.length]).toEqual([1, 1]);
  });
});
