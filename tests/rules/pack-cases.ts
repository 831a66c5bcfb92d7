/** What a rule of a pack is shown to do: which series make it fire after a time, and which do not. */
export interface PackCase {
  /** How long the series have been as they are when the rule is looked at. */
  readonly after: string;
  /** Series in promtool's notation, one sample a minute, for which it fires. */
  readonly fires: Readonly<Record<string, string>>;
  /** The labels of its alerts that are not those of the rule itself. */
  readonly labels: readonly Readonly<Record<string, string>>[];
  /** Series of another machine or project, for which it does not. */
  readonly quiet: Readonly<Record<string, string>>;
}

const disk = (instance: string) => `device="d",fstype="ext4",mountpoint="/",instance="${instance}",project="p"`;
const fs = { device: "d", fstype: "ext4", mountpoint: "/", instance: "a", project: "p" };
const of = (instance: string, rest = "") => `{instance="${instance}",project="p"${rest}}`;
const a = { instance: "a", project: "p" };

function filesystem(instance: string, available: string, readonly = 0): Readonly<Record<string, string>> {
  return {
    [`node_filesystem_avail_bytes{${disk(instance)}}`]: available,
    [`node_filesystem_size_bytes{${disk(instance)}}`]: "1000x600",
    [`node_filesystem_readonly{${disk(instance)}}`]: `${readonly}x600`,
  };
}

/** One plain gauge: its value for which the rule fires, and one for which it does not. */
function gauge(name: string, bad: string, good: string, after: string, rest = "", labels: object = {}): PackCase {
  return {
    after,
    fires: { [`${name}${of("a", rest)}`]: bad },
    labels: [{ ...a, ...labels }],
    quiet: { [`${name}${of("b", rest)}`]: good },
  };
}

/** A counter that went up, and one that stands still. */
function counter(name: string, after: string, rest = "", labels: object = {}): PackCase {
  return gauge(name, "0+5x600", "7x600", after, rest, labels);
}

/** Two series of the same labels, of which the rule takes the share. */
function share(
  [part, whole]: readonly [string, string],
  [bad, good, all]: readonly [string, string, string],
  after: string,
  rest = "",
  labels: object = {},
): PackCase {
  return {
    after,
    fires: { [`${part}${of("a", rest)}`]: bad, [`${whole}${of("a", rest)}`]: all },
    labels: [{ ...a, ...labels }],
    quiet: { [`${part}${of("b", rest)}`]: good, [`${whole}${of("b", rest)}`]: all },
  };
}

/** For each rule of the packs, by its name. */
export const packCases: Readonly<Record<string, PackCase>> = {
  NodeFilesystemAlmostFull: {
    after: "20m",
    fires: filesystem("a", "50x600"),
    labels: [fs],
    quiet: { ...filesystem("b", "150x600"), ...filesystem("read-only", "0x600", 1) },
  },
  NodeFilesystemFull: {
    after: "10m",
    fires: filesystem("a", "20x600"),
    labels: [fs],
    quiet: filesystem("b", "40x600"),
  },
  NodeFilesystemFillingUp: {
    after: "90m",
    fires: filesystem("a", "380-1x300"),
    labels: [fs],
    quiet: { ...filesystem("steady", "300x600"), ...filesystem("much", "100000-1x600") },
  },
  NodeInodesAlmostExhausted: {
    after: "20m",
    fires: {
      ...filesystem("a", "500x600"),
      [`node_filesystem_files_free{${disk("a")}}`]: "5x600",
      [`node_filesystem_files{${disk("a")}}`]: "100x600",
    },
    labels: [fs],
    quiet: {
      ...filesystem("b", "500x600"),
      [`node_filesystem_files_free{${disk("b")}}`]: "50x600",
      [`node_filesystem_files{${disk("b")}}`]: "100x600",
    },
  },
  NodeMemoryAlmostExhausted: share(
    ["node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"],
    ["2x60", "10x60", "100x60"],
    "20m",
  ),
  NodeMemoryPressure: gauge("node_vmstat_pgmajfault", "0+60000x60", "0+600x60", "30m"),
  NodeOomKill: counter("node_vmstat_oom_kill", "15m"),
  NodeCpuSaturated: {
    after: "45m",
    fires: { [`node_cpu_seconds_total${of("a", ',cpu="0",mode="idle"')}`]: "0+1x100" },
    labels: [a],
    quiet: { [`node_cpu_seconds_total${of("b", ',cpu="0",mode="idle"')}`]: "0+30x100" },
  },
  NodeCpuStolen: {
    after: "45m",
    fires: { [`node_cpu_seconds_total${of("a", ',cpu="0",mode="steal"')}`]: "0+30x100" },
    labels: [a],
    quiet: { [`node_cpu_seconds_total${of("b", ',cpu="0",mode="steal"')}`]: "0+1x100" },
  },
  NodeDiskSaturated: gauge(
    "node_disk_io_time_weighted_seconds_total",
    "0+1200x100",
    "0+60x100",
    "45m",
    ',device="sda"',
    {
      device: "sda",
    },
  ),
  NodeSystemdUnitFailed: gauge("node_systemd_unit_state", "1x60", "0x60", "10m", ',name="x.service",state="failed"', {
    name: "x.service",
    state: "failed",
  }),
  NodeClockOff: gauge("node_timex_offset_seconds", "-0.2x60", "0.01x60", "20m"),
  NodeClockNotSynchronised: share(
    ["node_timex_sync_status", "node_timex_maxerror_seconds"],
    ["0x60", "1x60", "16x60"],
    "30m",
  ),
  NodeRebooted: gauge("node_boot_time_seconds", "0x60", "-3600x60", "5m"),
  NodeFileDescriptorsAlmostExhausted: share(
    ["node_filefd_allocated", "node_filefd_maximum"],
    ["90x60", "70x60", "100x60"],
    "20m",
  ),
  NodeConntrackAlmostFull: share(
    ["node_nf_conntrack_entries", "node_nf_conntrack_entries_limit"],
    ["90x60", "70x60", "100x60"],
    "10m",
  ),
  NodeNetworkReceiveErrors: share(
    ["node_network_receive_errs_total", "node_network_receive_packets_total"],
    ["0+5x100", "7x100", "0+100x100"],
    "45m",
    ',device="eth0"',
    { device: "eth0" },
  ),
  NodeNetworkTransmitErrors: share(
    ["node_network_transmit_errs_total", "node_network_transmit_packets_total"],
    ["0+5x100", "7x100", "0+100x100"],
    "45m",
    ',device="eth0"',
    { device: "eth0" },
  ),
  NodeRaidDiskFailed: gauge("node_md_disks", "1x60", "0x60", "10m", ',device="md0",state="failed"', {
    device: "md0",
    state: "failed",
  }),
  NodeTextfileUnreadable: gauge("node_textfile_scrape_error", "1x60", "0x60", "20m"),

  ProbeFailed: gauge("probe_success", "0x60", "1x60", "10m"),
  ProbeFlapping: gauge("probe_success", "0 1 0 1 0 1 0 1 0 1", "1x60", "9m"),
  ProbeSlow: {
    after: "25m",
    fires: { [`probe_duration_seconds${of("a")}`]: "5x60", [`probe_success${of("a")}`]: "1x60" },
    labels: [a],
    quiet: {
      [`probe_duration_seconds${of("b")}`]: "1x60",
      [`probe_success${of("b")}`]: "1x60",
      [`probe_duration_seconds${of("failed")}`]: "5x60",
      [`probe_success${of("failed")}`]: "0x60",
    },
  },
  ProbeCertificateExpiresSoon: gauge("probe_ssl_earliest_cert_expiry", "1000000x600", "5000000x600", "2h"),
  ProbeCertificateExpires: gauge("probe_ssl_earliest_cert_expiry", "100000x600", "1000000x600", "20m"),
  ProbeDnsSlow: gauge("probe_dns_lookup_time_seconds", "2x60", "0.01x60", "30m"),

  TargetDown: gauge("up", "0x60", "1x60", "10m"),
  MostTargetsDown: {
    after: "10m",
    fires: {
      'up{instance="a",job="j",project="p"}': "0x60",
      'up{instance="b",job="j",project="p"}': "0x60",
      'up{instance="c",job="j",project="p"}': "1x60",
    },
    labels: [{ job: "j", project: "p" }],
    quiet: {
      'up{instance="a",job="other",project="p"}': "0x60",
      'up{instance="b",job="other",project="p"}': "1x60",
    },
  },
  PrometheusConfigReloadFailed: gauge("prometheus_config_last_reload_successful", "0x60", "1x60", "20m"),
  PrometheusNotIngesting: {
    after: "20m",
    fires: { [`prometheus_tsdb_head_samples_appended_total${of("a", ',type="float"')}`]: "5x60" },
    labels: [a],
    quiet: {
      [`prometheus_tsdb_head_samples_appended_total${of("b", ',type="float"')}`]: "0+5x60",
      [`prometheus_tsdb_head_samples_appended_total${of("b", ',type="histogram"')}`]: "0x60",
    },
  },
  PrometheusRuleFailures: counter("prometheus_rule_evaluation_failures_total", "20m", ',rule_group="g"', {
    rule_group: "g",
  }),
  PrometheusRulesSlow: share(
    ["prometheus_rule_group_last_duration_seconds", "prometheus_rule_group_interval_seconds"],
    ["70x60", "1x60", "60x60"],
    "20m",
    ',rule_group="g"',
    { rule_group: "g" },
  ),
  PrometheusRulesMissed: counter("prometheus_rule_group_iterations_missed_total", "30m", ',rule_group="g"', {
    rule_group: "g",
  }),
  PrometheusNoAlertmanager: gauge("prometheus_notifications_alertmanagers_discovered", "0x60", "1x60", "20m"),
  PrometheusAlertsNotSent: share(
    ["prometheus_notifications_errors_total", "prometheus_notifications_sent_total"],
    ["0+5x60", "7x60", "0+100x60"],
    "30m",
    ',alertmanager="m"',
    { alertmanager: "m" },
  ),
  PrometheusNotificationQueueFilling: share(
    ["prometheus_notifications_queue_length", "prometheus_notifications_queue_capacity"],
    ["60x60", "5x60", "100x60"],
    "20m",
  ),
  PrometheusScrapesRefused: counter("prometheus_target_scrapes_exceeded_sample_limit_total", "20m"),
  PrometheusDuplicateTimestamps: counter("prometheus_target_scrapes_sample_duplicate_timestamp_total", "20m"),
  PrometheusCompactionsFailing: counter("prometheus_tsdb_compactions_failed_total", "90m"),
  PrometheusReloadsFailing: counter("prometheus_tsdb_reloads_failures_total", "90m"),
  PrometheusWalCorrupted: counter("prometheus_tsdb_wal_corruptions_total", "5m"),
  PrometheusManySeries: gauge("prometheus_tsdb_head_series", "6000000x100", "1000x100", "90m"),

  AlertmanagerConfigReloadFailed: gauge("alertmanager_config_last_reload_successful", "0x60", "1x60", "20m"),
  AlertmanagerNotificationsFailing: {
    after: "20m",
    fires: {
      [`alertmanager_notifications_failed_total${of("a", ',integration="email",reason="other"')}`]: "0+5x60",
      [`alertmanager_notifications_total${of("a", ',integration="email"')}`]: "0+100x60",
    },
    labels: [{ ...a, integration: "email" }],
    quiet: {
      [`alertmanager_notifications_failed_total${of("b", ',integration="email"')}`]: "7x60",
      [`alertmanager_notifications_total${of("b", ',integration="email"')}`]: "0+100x60",
    },
  },
  AlertmanagerMembersMissing: {
    after: "20m",
    fires: {
      'alertmanager_cluster_members{instance="a",job="j",project="p"}': "1x60",
      'alertmanager_cluster_members{instance="b",job="j",project="p"}': "2x60",
    },
    labels: [{ job: "j", project: "p" }],
    quiet: {
      'alertmanager_cluster_members{instance="a",job="j",project="other"}': "2x60",
      'alertmanager_cluster_members{instance="b",job="j",project="other"}': "2x60",
    },
  },
  AlertmanagerConfigsDiffer: {
    after: "30m",
    fires: {
      'alertmanager_config_hash{instance="a",job="j",project="p"}': "1x60",
      'alertmanager_config_hash{instance="b",job="j",project="p"}': "2x60",
    },
    labels: [{ job: "j", project: "p" }],
    quiet: {
      'alertmanager_config_hash{instance="a",job="j",project="other"}': "2x60",
      'alertmanager_config_hash{instance="b",job="j",project="other"}': "2x60",
    },
  },
  AlertmanagerPeersFailed: gauge("alertmanager_cluster_failed_peers", "1x60", "0x60", "20m"),
  AlertmanagerClusterUnhealthy: gauge("alertmanager_cluster_health_score", "2x100", "0x100", "45m"),
  AlertmanagerInvalidAlerts: counter("alertmanager_alerts_invalid_total", "30m"),
};
