import { parse } from "yaml";
import { formatQuery } from "../../rules/format-query.js";
import { postGraphql } from "../../support/post-graphql.js";
import { waitFor } from "../../support/wait-for.js";
import type { Arena } from "./arena.js";
import { secretValue } from "./canary-victim.js";
import { unconfinedPart } from "./confined.js";
import type { Outcome } from "./recorder.js";
import { filesBelow } from "./state.js";

interface RuleGroup {
  readonly file: string;
  readonly rules: readonly {
    readonly name: string;
    readonly query: string;
    readonly health: string;
    readonly lastError?: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}
type Series = { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] };

/** Waits until everything that was accepted runs: the newest revision is applied, rules are evaluated, targets scraped. */
export async function settled({ stack }: Arena): Promise<void> {
  const query =
    '{ revision project(name: "attacker") { revision rollout { agents { agent { name } appliedRevision } } } }';
  await waitFor(
    async () => {
      const { data } = await postGraphql(stack.graphUrl, stack.tokens.OPERATOR, query);
      const agents: { agent: { name: string }; appliedRevision: number }[] = data.project.rollout.agents;
      return agents.some(
        ({ agent, appliedRevision }) => agent.name === "agent" && appliedRevision >= data.project.revision,
      );
    },
    { what: "the newest revision to be applied", deadlineMs: 60_000, intervalMs: 200 },
  );
  await waitFor(async () => (await rulesOf(stack)).every(({ health }) => health !== "unknown"), {
    what: "every rule of the attacker's to be evaluated",
    deadlineMs: 60_000,
    intervalMs: 200,
  });
  await waitFor(
    async () => {
      const { activeTargets } = (await stack.prometheus.api("/api/v1/targets?state=active")) as {
        activeTargets: { labels: Record<string, string>; health: string }[];
      };
      const own = activeTargets.filter(({ labels }) => labels.project === "attacker");
      return own.length > 5 && own.every(({ health }) => health !== "unknown");
    },
    { what: "the attacker's targets to be scraped", deadlineMs: 60_000, intervalMs: 200 },
  );
}

async function rulesOf({ prometheus }: Arena["stack"]): Promise<RuleGroup["rules"]> {
  const { groups } = (await prometheus.api("/api/v1/rules")) as { groups: RuleGroup[] };
  return groups.filter(({ file }) => file.endsWith("/attacker.yml")).flatMap(({ rules }) => rules);
}

/** What of the attempts stands in files of the agent's where it has no business: refused ones anywhere, others in others' parts. */
export async function strayMarkers(
  { stack, attacker }: Arena,
  outcomes: readonly Outcome[],
): Promise<readonly string[]> {
  const files = [...(await filesBelow(`${stack.folder}/config`))];
  return outcomes.flatMap(({ attempt, marker, verdict }) =>
    files
      .filter(([path, text]) =>
        (verdict === "harmless" ? outsideOwn(path, text, attacker.ids.prj ?? "") : text).includes(marker),
      )
      .map(([path]) => `${attempt.kind}, ${attempt.what}: ${path}`),
  );
}

const merged = /\/(alertmanager|blackbox)\.yml$/;

/** A file without the attacker's own part. */
function outsideOwn(path: string, text: string, id: string): string {
  if (/\/attacker\.[^/]*$/.test(path)) return "";
  if (path.endsWith("/state.json")) {
    const { problems, ...rest } = JSON.parse(text);
    return JSON.stringify([rest, { ...problems, [id]: [] }]);
  }
  if (!merged.test(path)) return text;
  const content = parse(text);
  const isOwn = (name = "") => name.startsWith("attacker/");
  if (path.endsWith("blackbox.yml")) {
    return JSON.stringify(Object.entries(content.modules ?? {}).filter(([name]) => !isOwn(name)));
  }
  const { route, receivers, ...rest } = content;
  const routes = (route.routes ?? []).filter(({ receiver, matchers }: { receiver: string; matchers: string[] }) => {
    return !(isOwn(receiver) && JSON.stringify(matchers) === '["project=\\"attacker\\""]');
  });
  return JSON.stringify([rest, { ...route, routes }, receivers.filter(({ name }: { name: string }) => !isOwn(name))]);
}

/** What is wrong with the rules that Prometheus has loaded of the attacker's, and with what they give. */
export async function looseRules({ stack, canaries, victim }: Arena): Promise<readonly string[]> {
  const rules = await rulesOf(stack);
  if (rules.length < 40) return [`Prometheus has loaded only ${rules.length} rules of the attacker's.`];
  const wrong: string[] = [];
  for (const { query, labels } of rules) {
    const { printed = "" } = await formatQuery(stack.prometheus.url, query);
    const part = unconfinedPart(printed, "attacker");
    if (part !== null) wrong.push(`${query} is not confined at ${part}`);
    if (labels.project !== "attacker") wrong.push(`${query} has the labels ${JSON.stringify(labels)}`);
    const answer = await evaluated(stack.prometheus.url, query);
    for (const series of answer.filter((one) => isTheirs(one, victim.name))) {
      wrong.push(`${query} gives ${JSON.stringify(series)}`);
    }
    wrong.push(
      ...canaries
        .in(JSON.stringify(answer), `${victim.name} ${victim.alertname}`)
        .map((what) => `${query} gives ${what}`),
    );
  }
  return wrong;
}

/** What an expression gives now; nothing where its evaluation fails, as it does for the rule then. */
async function evaluated(url: string, query: string): Promise<readonly Series[]> {
  const response = await fetch(`${url}/api/v1/query`, { method: "POST", body: new URLSearchParams({ query }) });
  const { data } = (await response.json()) as { data?: { resultType: string; result: readonly Series[] } };
  return data?.resultType === "vector" ? data.result : [];
}

function isTheirs({ metric, value }: Series, name: string): boolean {
  return metric.project === name || Number(value[1]) === secretValue;
}

/** Series, alerts and notifications of the victim's project that are not the victim's own doing. */
export async function forged({ stack, victim, attacker }: Arena): Promise<readonly string[]> {
  const { prometheus, alertmanagers } = stack;
  const series = await prometheus.query(`{project="${victim.name}"}`);
  const { activeTargets } = (await prometheus.api("/api/v1/targets?state=active")) as {
    activeTargets: { labels: Record<string, string>; scrapeUrl: string }[];
  };
  const jobs = new Set(
    activeTargets
      .filter(({ scrapeUrl }) => !scrapeUrl.includes(attacker.exporter.host))
      .flatMap(({ labels }) => labels.job ?? []),
  );
  const own = (labels: Readonly<Record<string, string>>) =>
    jobs.has(labels.job ?? "") || labels.__name__?.endsWith(":sum") || labels.alertname === victim.alertname;
  const wrong = series
    .filter(({ labels, value }) => !own(labels) || value === 666)
    .map(({ labels }) => `series ${JSON.stringify(labels)}`);
  for (const alertmanager of alertmanagers) {
    const alerts = (await alertmanager.api("/api/v2/alerts")) as {
      labels: Record<string, string>;
      annotations: Record<string, string>;
    }[];
    const theirs = alerts.filter(({ labels }) => labels.project !== "attacker" && !isWatchdog(labels));
    const strange = theirs.filter(({ annotations }) => annotations.metricsinfra_rule_id !== victim.ids.rul);
    wrong.push(...strange.map(({ labels }) => `alert ${JSON.stringify(labels)}`));
  }
  const told = victim.receiver.deliveries.flatMap(({ notification }) => notification.alerts);
  const strangers = told.filter(({ labels }) => labels.project !== victim.name);
  return [...wrong, ...strangers.map(({ labels }) => `notification ${JSON.stringify(labels)}`)];
}

/** Of the one Prometheus there is, and of no project. */
function isWatchdog({ alertname, watchdog, project }: Readonly<Record<string, string>>): boolean {
  return alertname === "Watchdog" && watchdog === "prometheus" && project === undefined;
}

/** What of the victim's reached the attacker's machine: notifications, and requests of probes. */
export function leakedNotifications({ canaries, attacker, victim }: Arena): readonly string[] {
  const got = JSON.stringify([attacker.receiver.deliveries, attacker.exporter.visits]);
  // Its own rules may say the victim's name and its alert's.
  return canaries.in(got, `${victim.name} ${victim.alertname}`);
}
