import { durationOf, numberOf, type PackDefinition } from "./pack-definition.js";

/** Probes of the blackbox exporter. */
export const blackboxPack: PackDefinition = {
  name: "blackbox",
  title: "Probes",
  description:
    "What is probed from outside: whether it answers, how fast, and for how long its certificate is good. For scrape jobs with a probe.",
  rules: [
    {
      name: "ProbeFailed",
      expr: "probe_success == 0",
      for: "5m",
      severity: "critical",
      summary: "{{ $labels.instance }} does not answer",
      description: "The probe of {{ $labels.instance }} ({{ $labels.job }}) has been failing.",
      parameters: [],
      runbook: {
        meaning: "What is probed cannot be reached, or answers otherwise than the probe expects.",
        steps: [
          "Try it yourself: `curl -sv URL`, `nc -vz HOST PORT`, `dig NAME`.",
          "If it works for you, compare with what the probe wants: status, text, TLS, IP version; a firewall may let only some in.",
        ],
      },
    },
    {
      name: "ProbeFlapping",
      expr: "changes(probe_success[<<window>>]) > <<changes>>",
      for: "0s",
      severity: "warning",
      summary: "{{ $labels.instance }} answers now and then",
      description:
        "The probe of {{ $labels.instance }} ({{ $labels.job }}) went from success to failure or back {{ $value }} times in <<window>>.",
      parameters: [
        durationOf("window", "The time that is looked at.", "1h", "10m", "1d"),
        numberOf("changes", "How often it may change in that time.", 6, { min: 1, max: 1_000, unit: "times" }),
      ],
      runbook: {
        meaning: "It fails too shortly for the other alert, but often.",
        steps: [
          "Look at `probe_success` and `probe_duration_seconds` over the day: regular times point to a job, load to capacity.",
          "Look for several backends of which one is broken.",
        ],
      },
    },
    {
      name: "ProbeSlow",
      expr: "avg_over_time(probe_duration_seconds[10m]) > <<seconds>> and probe_success == 1",
      for: "10m",
      severity: "warning",
      summary: "{{ $labels.instance }} answers slowly",
      description:
        'The probe of {{ $labels.instance }} ({{ $labels.job }}) takes {{ printf "%.2f" $value }} s on average; the limit is <<seconds>> s.',
      parameters: [
        numberOf("seconds", "How long a probe may take on average.", 3, { min: 0.001, max: 120, unit: "s" }),
      ],
      runbook: {
        meaning: "It works, and takes long.",
        steps: [
          "`probe_http_duration_seconds` by `phase` (resolve, connect, tls, processing, transfer) shows where the time goes.",
        ],
      },
    },
    {
      name: "ProbeCertificateExpiresSoon",
      expr: "(probe_ssl_earliest_cert_expiry - time()) / 86400 < <<days>>",
      for: "1h",
      severity: "warning",
      summary: "The certificate of {{ $labels.instance }} expires soon",
      description: 'The certificate of {{ $labels.instance }} is good for {{ printf "%.0f" $value }} more days.',
      parameters: [numberOf("days", "How many days it must be good for.", 21, { min: 1, max: 365, unit: "days" })],
      runbook: {
        meaning: "A certificate should have been renewed by now: what renews it does not work.",
        steps: [
          "`echo | openssl s_client -connect HOST:443 -servername HOST 2>/dev/null | openssl x509 -noout -issuer -enddate`.",
          "Look at the log of what renews it (`journalctl -u certbot`), and that the server was reloaded afterwards.",
        ],
      },
    },
    {
      name: "ProbeCertificateExpires",
      expr: "(probe_ssl_earliest_cert_expiry - time()) / 86400 < <<days>>",
      for: "10m",
      severity: "critical",
      summary: "The certificate of {{ $labels.instance }} expires, or has expired",
      description:
        'The certificate of {{ $labels.instance }} is good for {{ printf "%.1f" $value }} more days; below 0 it has expired.',
      parameters: [numberOf("days", "How many days it must be good for.", 3, { min: 0, max: 60, unit: "days" })],
      runbook: {
        meaning: "Browsers and clients refuse it from the moment that it expires.",
        steps: [
          "Renew it by hand now (`certbot renew --force-renewal`), and reload the server.",
          "Then find out why that did not happen by itself.",
        ],
      },
    },
    {
      name: "ProbeDnsSlow",
      expr: "avg_over_time(probe_dns_lookup_time_seconds[10m]) > <<seconds>>",
      for: "15m",
      severity: "warning",
      summary: "The name of {{ $labels.instance }} is looked up slowly",
      description:
        'Looking up the name of {{ $labels.instance }} takes {{ printf "%.2f" $value }} s on average; the limit is <<seconds>> s.',
      parameters: [
        numberOf("seconds", "How long a look-up may take on average.", 1, { min: 0.001, max: 60, unit: "s" }),
      ],
      runbook: {
        meaning: "The resolver of the machine that probes, or the name's own servers, are slow or partly gone.",
        steps: ["`dig +trace NAME` and `dig NAME @SERVER` for each of its servers."],
      },
    },
  ],
};
