import { durationOf, numberOf, type PackDefinition, percentOf } from "./pack-definition.js";

const log = "Prometheus's log says why: `journalctl -u prometheus -n 200`.";

/** Prometheus's own view of its targets, and of itself. */
export const prometheusPack: PackDefinition = {
  name: "prometheus",
  title: "Prometheus",
  description:
    "Targets that cannot be scraped, and Prometheus servers that do not work as they should. The latter are those that somebody scrapes, each in the project that its series are labelled with.",
  rules: [
    {
      name: "TargetDown",
      expr: "up == 0",
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} cannot be scraped",
      description: "Prometheus cannot scrape {{ $labels.instance }} of the job {{ $labels.job }}.",
      parameters: [],
      runbook: {
        meaning:
          "A target does not answer: the machine or its exporter is down, or something is in the way. No alert over its metrics can fire meanwhile.",
        steps: [
          "The target's last error is in the graph: `targets(filter: …) { lastError }`, and on Prometheus's page of targets.",
          "`curl http://HOST:PORT/metrics` from another machine; see whether the exporter runs, and whether security groups let Prometheus in.",
        ],
      },
    },
    {
      name: "MostTargetsDown",
      expr: "100 * count by (project, job) (up == 0) / count by (project, job) (up) > <<threshold>>",
      for: "5m",
      severity: "critical",
      summary: "Most targets of {{ $labels.job }} cannot be scraped",
      description:
        '{{ printf "%.0f" $value }} % of the targets of the job {{ $labels.job }} cannot be scraped; the limit is <<threshold>> %.',
      parameters: [percentOf("threshold", "How many of a job's targets may be down.", 50)],
      runbook: {
        meaning: "So many targets at once mean one cause: a network, a firewall, a roll-out.",
        steps: [
          "See what they have in common, and what changed last: the change log, security groups, the exporter's version.",
        ],
      },
    },
    {
      name: "PrometheusConfigReloadFailed",
      expr: "max_over_time(prometheus_config_last_reload_successful[5m]) == 0",
      for: "10m",
      severity: "critical",
      summary: "Prometheus on {{ $labels.instance }} refused its configuration",
      description:
        "Prometheus on {{ $labels.instance }} runs an old configuration, because it refused the new one. It will not start again with it.",
      parameters: [],
      runbook: {
        meaning: "Changes do not take effect, and a restart would fail.",
        steps: [log, "`promtool check config /etc/prometheus/prometheus.yml`."],
      },
    },
    {
      name: "PrometheusNotIngesting",
      expr: "sum without (type) (rate(prometheus_tsdb_head_samples_appended_total[5m])) <= 0",
      for: "10m",
      severity: "critical",
      summary: "Prometheus on {{ $labels.instance }} takes in nothing",
      description: "Prometheus on {{ $labels.instance }} has stored no sample in 5 minutes.",
      parameters: [],
      runbook: {
        meaning: "It has no targets, or cannot write: nothing is recorded, no alert fires.",
        steps: [log, "Look at its page of targets, and at the disk that its data is on."],
      },
    },
    {
      name: "PrometheusRuleFailures",
      expr: "increase(prometheus_rule_evaluation_failures_total[10m]) > 0",
      for: "5m",
      severity: "warning",
      summary: "Rules fail on Prometheus on {{ $labels.instance }}",
      description:
        "Rules of {{ $labels.rule_group }} could not be evaluated on {{ $labels.instance }}: their alerts cannot fire.",
      parameters: [],
      runbook: {
        meaning: "A rule gives an error for the series that there are now; usually labels that match many to many.",
        steps: ["Prometheus's page of rules shows the error, and so does `Rule.health` in the graph."],
      },
    },
    {
      name: "PrometheusRulesSlow",
      expr: "prometheus_rule_group_last_duration_seconds > prometheus_rule_group_interval_seconds",
      for: "15m",
      severity: "warning",
      summary: "Rules take too long on Prometheus on {{ $labels.instance }}",
      description:
        'Evaluating {{ $labels.rule_group }} on {{ $labels.instance }} takes {{ printf "%.1f" $value }} s, longer than its interval.',
      parameters: [],
      runbook: {
        meaning: "Evaluations are left out, and alerts come late.",
        steps: [
          "Find the slow rule on Prometheus's page of rules; record what it computes over and over, or evaluate it less often.",
        ],
      },
    },
    {
      name: "PrometheusRulesMissed",
      expr: "increase(prometheus_rule_group_iterations_missed_total[10m]) > 0",
      for: "15m",
      severity: "warning",
      summary: "Prometheus on {{ $labels.instance }} leaves out evaluations",
      description:
        'Prometheus on {{ $labels.instance }} left out {{ printf "%.0f" $value }} evaluations of {{ $labels.rule_group }} in 10 minutes.',
      parameters: [],
      runbook: {
        meaning: "The server is overloaded, or its storage is slow.",
        steps: ["CPU and disk of the machine; the slowest groups on Prometheus's page of rules."],
      },
    },
    {
      name: "PrometheusNoAlertmanager",
      expr: "max_over_time(prometheus_notifications_alertmanagers_discovered[5m]) < 1",
      for: "10m",
      severity: "critical",
      summary: "Prometheus on {{ $labels.instance }} has no Alertmanager",
      description: "Prometheus on {{ $labels.instance }} knows no Alertmanager to send alerts to.",
      parameters: [],
      runbook: {
        meaning: "Alerts fire, and nobody is told.",
        steps: ["`alerting` in its configuration, and what it discovers Alertmanagers by.", log],
      },
    },
    {
      name: "PrometheusAlertsNotSent",
      expr: "100 * rate(prometheus_notifications_errors_total[5m]) / rate(prometheus_notifications_sent_total[5m]) > <<threshold>>",
      for: "15m",
      severity: "warning",
      summary: "Prometheus on {{ $labels.instance }} cannot send all alerts",
      description:
        '{{ printf "%.1f" $value }} % of the alerts that {{ $labels.instance }} sends to {{ $labels.alertmanager }} fail; the limit is <<threshold>> %.',
      parameters: [percentOf("threshold", "How many alerts may fail.", 1)],
      runbook: {
        meaning: "One Alertmanager does not take them. If there is another, people are still told.",
        steps: [log, "See whether that Alertmanager runs and can be reached."],
      },
    },
    {
      name: "PrometheusNotificationQueueFilling",
      expr: "100 * prometheus_notifications_queue_length / prometheus_notifications_queue_capacity > <<threshold>>",
      for: "10m",
      severity: "warning",
      summary: "Alerts wait on Prometheus on {{ $labels.instance }}",
      description:
        'The queue of alerts of {{ $labels.instance }} is {{ printf "%.0f" $value }} % full; the limit is <<threshold>> %.',
      parameters: [percentOf("threshold", "How full the queue may be.", 50)],
      runbook: {
        meaning: "Once it is full, alerts are lost.",
        steps: ["The Alertmanagers are slow or away: look at them, and at the network between."],
      },
    },
    {
      name: "PrometheusScrapesRefused",
      expr: "increase(prometheus_target_scrapes_exceeded_sample_limit_total[10m]) > 0",
      for: "10m",
      severity: "warning",
      summary: "Targets of Prometheus on {{ $labels.instance }} give more than they may",
      description:
        'Prometheus on {{ $labels.instance }} refused {{ printf "%.0f" $value }} scrapes in 10 minutes, because they held more samples than allowed.',
      parameters: [],
      runbook: {
        meaning: "Such a scrape is lost as a whole, and the target counts as down.",
        steps: ["The targets' last errors name them. Drop metrics at the exporter, or ask for a higher limit."],
      },
    },
    {
      name: "PrometheusDuplicateTimestamps",
      expr: "rate(prometheus_target_scrapes_sample_duplicate_timestamp_total[5m]) > 0",
      for: "10m",
      severity: "warning",
      summary: "Prometheus on {{ $labels.instance }} gets samples twice",
      description:
        'Prometheus on {{ $labels.instance }} drops {{ printf "%.1f" $value }} samples per second that have another value for a time that it has already.',
      parameters: [],
      runbook: {
        meaning: "Two targets give the same series, or one gives it twice.",
        steps: [log, "Usually two jobs with the same labels for different processes."],
      },
    },
    {
      name: "PrometheusCompactionsFailing",
      expr: "increase(prometheus_tsdb_compactions_failed_total[<<window>>]) > 0",
      for: "1h",
      severity: "warning",
      summary: "Prometheus on {{ $labels.instance }} cannot compact its data",
      description: "Prometheus on {{ $labels.instance }} failed to compact blocks in the last <<window>>.",
      parameters: [durationOf("window", "The time that is looked at.", "3h", "2h", "1d")],
      runbook: {
        meaning: "Its disk and its memory fill up.",
        steps: [log, "Mostly a full disk; else a broken block, which has to be moved away."],
      },
    },
    {
      name: "PrometheusReloadsFailing",
      expr: "increase(prometheus_tsdb_reloads_failures_total[<<window>>]) > 0",
      for: "1h",
      severity: "warning",
      summary: "Prometheus on {{ $labels.instance }} cannot read its data",
      description: "Prometheus on {{ $labels.instance }} failed to load blocks in the last <<window>>.",
      parameters: [durationOf("window", "The time that is looked at.", "3h", "2h", "1d")],
      runbook: {
        meaning: "Blocks on its disk are broken, so that history is missing.",
        steps: [log, "It names the block: move it away, and restore it from a replica or object storage."],
      },
    },
    {
      name: "PrometheusWalCorrupted",
      expr: "increase(prometheus_tsdb_wal_corruptions_total[<<window>>]) > 0",
      for: "0s",
      severity: "critical",
      summary: "Prometheus on {{ $labels.instance }} has a broken write-ahead log",
      description: "Prometheus on {{ $labels.instance }} found its write-ahead log broken in the last <<window>>.",
      parameters: [durationOf("window", "How long an alert stays after the last such event.", "1h", "10m", "1d")],
      runbook: {
        meaning: "The disk lost what was written to it. Data of the last hours may be gone.",
        steps: [log, "Look for errors of the disk (`journalctl -k`), and for a machine that was cut off."],
      },
    },
    {
      name: "PrometheusManySeries",
      expr: "prometheus_tsdb_head_series > <<series>>",
      for: "1h",
      severity: "info",
      summary: "Prometheus on {{ $labels.instance }} has very many series",
      description:
        "Prometheus on {{ $labels.instance }} has {{ humanize $value }} series in memory; the limit is <<series>>.",
      parameters: [
        numberOf("series", "How many series it may have in memory.", 5_000_000, {
          min: 1_000,
          max: 1_000_000_000,
          unit: "series",
        }),
      ],
      runbook: {
        meaning: "Memory grows with series, by some kilobytes each.",
        steps: [
          "Its page TSDB status names the metrics and labels with the most.",
          "Divide the projects among more shards, or lower limits.",
        ],
      },
    },
  ],
};
