import { type PackDefinition, percentOf } from "./pack-definition.js";

const log = "Alertmanager's log says why: `journalctl -u prometheus-alertmanager -n 200`.";

/** Alertmanagers, as they see themselves. */
export const alertmanagerPack: PackDefinition = {
  name: "alertmanager",
  title: "Alertmanager",
  description:
    "Alertmanagers that cannot tell people, or do not agree. Those that somebody scrapes, each in the project that its series are labelled with; all of a cluster in one job.",
  rules: [
    {
      name: "AlertmanagerConfigReloadFailed",
      expr: "max_over_time(alertmanager_config_last_reload_successful[5m]) == 0",
      for: "10m",
      severity: "critical",
      summary: "Alertmanager on {{ $labels.instance }} refused its configuration",
      description:
        "Alertmanager on {{ $labels.instance }} runs an old configuration, because it refused the new one. It will not start again with it.",
      parameters: [],
      runbook: {
        meaning: "Changes of who is told do not take effect, and a restart would fail.",
        steps: [log, "`amtool check-config /etc/prometheus/alertmanager.yml`."],
      },
    },
    {
      name: "AlertmanagerNotificationsFailing",
      expr: "100 * sum without (reason) (rate(alertmanager_notifications_failed_total[5m])) / rate(alertmanager_notifications_total[5m]) > <<threshold>>",
      for: "5m",
      severity: "warning",
      summary: "Alertmanager on {{ $labels.instance }} cannot tell people by {{ $labels.integration }}",
      description:
        '{{ printf "%.1f" $value }} % of the notifications by {{ $labels.integration }} fail on {{ $labels.instance }}; the limit is <<threshold>> %.',
      parameters: [percentOf("threshold", "How many notifications may fail.", 1)],
      runbook: {
        meaning: "Somebody is not told of alerts.",
        steps: [log, "Mail: does the relay take it? Webhooks: does the receiver answer with 2xx in time?"],
      },
    },
    {
      name: "AlertmanagerMembersMissing",
      expr: "min by (project, job) (alertmanager_cluster_members) < count by (project, job) (alertmanager_cluster_members)",
      for: "15m",
      severity: "warning",
      summary: "Alertmanagers of {{ $labels.job }} do not see each other",
      description:
        "An Alertmanager of {{ $labels.job }} sees only {{ $value }} members of its cluster, and more are scraped.",
      parameters: [],
      runbook: {
        meaning: "Members that do not see each other tell people everything twice, and do not share silences.",
        steps: [
          "`amtool cluster show` on each of them.",
          "The cluster's port (9094, TCP and UDP) must be open between all of them.",
        ],
      },
    },
    {
      name: "AlertmanagerConfigsDiffer",
      expr: "max by (project, job) (alertmanager_config_hash) != min by (project, job) (alertmanager_config_hash)",
      for: "20m",
      severity: "warning",
      summary: "Alertmanagers of {{ $labels.job }} have different configurations",
      description:
        "The Alertmanagers of {{ $labels.job }} run different configurations: who is told depends on which one does it.",
      parameters: [],
      runbook: {
        meaning: "One of them did not get the last change, or refused it.",
        steps: ["The agents' states (`agents { name state problems { message } }`) name the one that is behind.", log],
      },
    },
    {
      name: "AlertmanagerPeersFailed",
      expr: "alertmanager_cluster_failed_peers > 0",
      for: "15m",
      severity: "warning",
      summary: "Alertmanager on {{ $labels.instance }} has lost members of its cluster",
      description: "Alertmanager on {{ $labels.instance }} cannot reach {{ $value }} members that it knew.",
      parameters: [],
      runbook: {
        meaning: "One of the cluster is gone, or cut off.",
        steps: [
          "`amtool cluster show` names it; see whether it runs.",
          "One that was taken away for good is forgotten after some hours.",
        ],
      },
    },
    {
      name: "AlertmanagerClusterUnhealthy",
      expr: "alertmanager_cluster_health_score > 0",
      for: "30m",
      severity: "info",
      summary: "The cluster of Alertmanager on {{ $labels.instance }} is slow",
      description:
        "Alertmanager on {{ $labels.instance }} gives its cluster a health score of {{ $value }}; 0 is best.",
      parameters: [],
      runbook: {
        meaning: "Gossip between the members is delayed: the machine or the network is overloaded.",
        steps: ["CPU of the machine, loss and latency between the members (UDP 9094)."],
      },
    },
    {
      name: "AlertmanagerInvalidAlerts",
      expr: "increase(alertmanager_alerts_invalid_total[10m]) > 0",
      for: "10m",
      severity: "warning",
      summary: "Alertmanager on {{ $labels.instance }} gets alerts that it cannot take",
      description: 'Alertmanager on {{ $labels.instance }} refused {{ printf "%.0f" $value }} alerts in 10 minutes.',
      parameters: [],
      runbook: { meaning: "Something sends alerts without a name, or with labels that are not allowed.", steps: [log] },
    },
  ],
};
