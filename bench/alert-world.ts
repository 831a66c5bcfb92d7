/** An alert as one posts it to an Alertmanager. */
export interface PostedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

/** The projects that share the alerts. */
export const projectNames: readonly string[] = Array.from({ length: 200 }, (_, index) => `project-${index}`);

/** The project that is asked about: it has so many alerts in every world, so that the same answer is compared. */
export const askedProject = { name: "project-7", alerts: 50 };

// Names, jobs and texts as rules of the node, blackbox, MySQL and Redis exporters have them.
const kinds = [
  ["HostOutOfMemory", "node", "Host out of memory", "Node memory is filling up (< 10% left)"],
  ["HostUnusualDiskReadRate", "node", "Host unusual disk read rate", "Disk is probably reading too much data"],
  ["HostOutOfDiskSpace", "node", "Host out of disk space", "Disk is almost full (< 10% left)"],
  ["HostOutOfInodes", "node", "Host out of inodes", "Disk is almost running out of available inodes"],
  ["HostHighCpuLoad", "node", "Host high CPU load", "CPU load is > 80% for ten minutes and more"],
  ["HostCpuStealNoisyNeighbor", "node", "Host CPU steal noisy neighbor", "CPU steal is > 10%"],
  ["HostSystemdServiceCrashed", "node", "Host systemd service crashed", "A systemd service has failed"],
  ["HostClockSkew", "node", "Host clock skew", "Clock skew detected. Ensure NTP is configured correctly"],
  ["HostOomKillDetected", "node", "Host OOM kill detected", "The kernel has killed a process for its memory"],
  ["InstanceDown", "node", "Instance down", "Prometheus cannot scrape the target for five minutes"],
  ["ProbeFailed", "blackbox", "Probe failed", "The probe of the service fails"],
  ["ProbeSlow", "blackbox", "Probe slow", "The probe took more than a second to complete"],
  ["SslCertificateWillExpireSoon", "blackbox", "SSL certificate will expire soon", "It expires in less than 20 days"],
  ["MysqlDown", "mysql", "MySQL down", "The MySQL instance cannot be reached"],
  ["MysqlTooManyConnections", "mysql", "MySQL too many connections", "More than 80% of the connections are in use"],
  ["MysqlReplicationLag", "mysql", "MySQL replication lag", "The replica is more than 30 seconds behind"],
  ["RedisOutOfMemory", "redis", "Redis out of configured maxmemory", "Redis is running out of its memory (> 90%)"],
  ["RedisRejectedConnections", "redis", "Redis rejected connections", "Some connections have been rejected"],
  ["PuppetAgentFailed", "node", "Puppet agent failed", "The last run of the agent ended with failures"],
  ["PuppetAgentStale", "node", "Puppet agent stale", "The agent has not run for more than a day"],
] as const;

const severities = ["critical", "warning", "warning", "info"] as const;
const roles = ["web", "db", "cache", "queue", "build"] as const;
const kindsOfProject = 4;
const dayMs = 86_400_000;

/** So many alerts of all projects; they do not resolve for a day. */
export function makeAlerts(count: number): readonly PostedAlert[] {
  if (count < askedProject.alerts) return [];
  const others = projectNames.filter((name) => name !== askedProject.name);
  const share = (place: number) => Math.floor(((count - askedProject.alerts) * place) / others.length);
  const sizes = new Map(others.map((name, place) => [name, share(place + 1) - share(place)]));
  sizes.set(askedProject.name, askedProject.alerts);
  return projectNames.flatMap((name, project) =>
    Array.from({ length: sizes.get(name) ?? 0 }, (_, number) => alertOf(name, project, number)),
  );
}

/** So many alerts of the asked project that no world has; their label `batch` says which they are. */
export function freshAlerts(batch: string, count: number): readonly PostedAlert[] {
  return Array.from({ length: count }, (_, number) => {
    const alert = alertOf(askedProject.name, 7, number);
    return { ...alert, labels: { ...alert.labels, batch }, startsAt: new Date().toISOString() };
  });
}

function alertOf(name: string, project: number, number: number): PostedAlert {
  const [alertname, job, summary, description] = kindAt(project, number % kindsOfProject);
  const turn = Math.floor(number / kindsOfProject);
  const role = roles[turn % roles.length] ?? "web";
  const instance = `${role}-${1 + Math.floor(turn / roles.length)}.${name}.eqiad1.example.org:9100`;
  const labels = {
    alertname,
    project: name,
    severity: severities[(project + number) % severities.length] ?? "warning",
    instance,
    job,
    cluster: project % 3 === 0 ? "codfw1" : "eqiad1",
  };
  const now = Date.now();
  return {
    labels,
    annotations: {
      summary: `${summary} (instance ${instance})`,
      description: `${description}, on ${instance}. VALUE = ${(project * 31 + number * 7) % 100}`,
      runbook: `https://wikitech.example.org/wiki/Runbooks/${alertname}`,
    },
    startsAt: new Date(now - 60_000 - ((project * 7_919 + number * 104_729) % (3 * 86_400)) * 1_000).toISOString(),
    endsAt: new Date(now + dayMs).toISOString(),
    generatorURL: `https://prometheus.example.org/graph?g0.expr=${encodeURIComponent(`${alertname}{project="${name}"} > 0`)}&g0.tab=1`,
  };
}

function kindAt(project: number, place: number): (typeof kinds)[number] {
  return kinds[(project + place * 5) % kinds.length] ?? kinds[0];
}

/** A silence for each project, which keeps a part of one of its alerts' kinds quiet. */
export function makeSilences(): readonly object[] {
  return projectNames.map((name, index) => ({
    matchers: [
      { name: "project", value: name, isRegex: false, isEqual: true },
      { name: "alertname", value: kindAt(index, 0)[0], isRegex: false, isEqual: true },
      { name: "instance", value: "(web|db)-1\\..*", isRegex: true, isEqual: true },
    ],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + dayMs).toISOString(),
    createdBy: "ada",
    comment: "Being worked on: T123456",
  }));
}
