import { type Client, createClient } from "@metricsinfra/sdk";
import type { Logger } from "pino";
import { type ApplierParts, ConfigApplier, type NextStep } from "./apply/apply-config.js";
import type { CycleResult } from "./apply/cycle-result.js";
import { fingerprintOf } from "./apply/fingerprint-of.js";
import { PhaseTimes } from "./apply/phase-times.js";
import { printChanges } from "./apply/print-changes.js";
import { askRelease } from "./brake/ask-release.js";
import { BrakedError } from "./brake/braked-error.js";
import { DeletionBrake } from "./brake/deletion-brake.js";
import type { Brake } from "./brake/removal.js";
import { AgentMetrics } from "./daemon/agent-metrics.js";
import { Daemon } from "./daemon/daemon.js";
import { NameTakenError, Reporter } from "./daemon/reporter.js";
import { StatusServer } from "./daemon/status-server.js";
import { Turns, WaitsForTurnError } from "./daemon/turn.js";
import { StateFile } from "./disk/agent-state.js";
import { EgressFile } from "./disk/egress-file.js";
import { lockFolder } from "./disk/folder-lock.js";
import { NamingKeyFile } from "./disk/naming-key.js";
import { narrowModes } from "./disk/narrow-modes.js";
import { Egress } from "./egress/egress.js";
import { NameLookups, type Resolve, resolveName } from "./egress/name-lookups.js";
import { ownEndpoints } from "./egress/own-processes.js";
import type { ConfigSource } from "./fetch/config-source.js";
import { fetchChanges } from "./fetch/fetch-changes.js";
import { makeOutputs } from "./outputs/make-outputs.js";
import { neededChanges } from "./outputs/output-kinds.js";
import { readTiers } from "./render/limit-tier.js";
import type { Problem } from "./render/problem.js";
import { renderProject } from "./render/render-project.js";
import { runSources } from "./running/run-source.js";
import { RunWatch } from "./running/run-watch.js";
import { lookUpsAtOnce, type Settings } from "./settings/settings.js";
import { withTimeLimit } from "./time-limit.js";
import { version } from "./version.js";

const now = () => new Date();
/** How long one cycle waits for another agent that goes first. */
const longestTurnMs = 60_000;
/** How long a name may take to be looked up before that counts as no answer. */
const patienceMs = 2_000;
/** For how many intervals between two look-ups a project's names then wait for those of others: longer than any retry waits. */
const slowIntervals = 20;

/** Runs until the signal is aborted. Throws when it cannot start, for example because the directory is in use. */
export async function runDaemon(
  settings: Settings,
  log: Logger,
  signal: AbortSignal,
  resolve: Resolve = resolveName,
): Promise<void> {
  const unlock = lockFolder(settings.directory);
  try {
    narrowModes(settings.directory);
    const metrics = new AgentMetrics();
    const client = connect(settings, () => metrics.requests.inc());
    const reporter = new Reporter(client.agents, settings, now);
    const times = new PhaseTimes();
    const egress = makeEgress(settings, client, log, { signal, resolve });
    const applier = makeApplier(settings, sourceOf(settings, client, signal), egress, times, {
      isReleased: (brake, reason) => daemon.isReleased(brake, reason, signal),
      mayApply: (step) => daemon.mayApply(step, signal),
    });
    const turns = new Turns(client.agents, settings);
    const running = makeRunWatch(settings, applier, log, metrics);
    const daemon = new Daemon({
      client,
      applier,
      egress,
      running,
      reporter,
      turns,
      settings,
      times,
      metrics,
      log,
      now,
    });
    const status = new StatusServer({ registry: metrics.registry, notReady: () => daemon.notReady });
    if (settings.listen !== undefined) {
      log.info({ url: await status.listen(settings.listen.host, settings.listen.port) }, "Status is served");
    }
    log.info({ name: settings.name, version, directory: settings.directory }, "Started");
    try {
      await daemon.run(signal);
    } finally {
      // A program that applies nothing must not look alive.
      await status.close();
    }
    log.info("Stopped");
  } finally {
    unlock();
  }
}

/** Runs one cycle, and reports if it changed anything or failed. */
export async function runOnce(
  settings: Settings,
  log: Logger,
  signal: AbortSignal,
  resolve: Resolve = resolveName,
): Promise<CycleResult> {
  const unlock = lockFolder(settings.directory);
  const end = new AbortController();
  try {
    narrowModes(settings.directory);
    let requests = 0;
    const client = connect(settings, () => requests++);
    const reporter = new Reporter(client.agents, settings, now);
    const times = new PhaseTimes();
    const report = (state: "APPLYING" | "SYNCED" | "FAILED", problems: readonly Problem[] = []) =>
      reporter.report({ state, ...told(), problems }, signal);
    const turns = new Turns(client.agents, settings);
    const mayApply = async (step: NextStep) => {
      await report("APPLYING");
      const end = performance.now() + longestTurnMs;
      for (;;) {
        const leftSeconds = Math.max(0, Math.ceil((end - performance.now()) / 1_000));
        try {
          return await turns.take(step, applier.state.instanceId, leftSeconds, signal);
        } catch (error) {
          if (!(error instanceof WaitsForTurnError) || leftSeconds === 0) throw error;
        }
      }
    };
    const egress = makeEgress(settings, client, log, { signal: AbortSignal.any([signal, end.signal]), resolve });
    const isReleased = (brake: Brake, message: string) => {
      return askRelease(reporter, { state: "BRAKED", ...told(), problems: [{ message }], brake }, signal);
    };
    const applier = makeApplier(settings, sourceOf(settings, client, signal), egress, times, { isReleased, mayApply });
    const running = makeRunWatch(settings, applier, log);
    const told = () => ({ known: applier.state, fetchedRevision: applier.fetchedRevision, runs: running.runs });
    try {
      await egress.recheck(briefly(signal));
      const result = await applier.run();
      const problems = [...result.refused, ...result.waiting];
      if (result.changed) await running.look(signal);
      if (result.changed) await report(problems.length === 0 ? "SYNCED" : "FAILED", problems);
      const { revision, appliedRevision, problems: ofProjects } = applier.state;
      const counts = { files: result.files, requests, projectProblems: Object.values(ofProjects).flat().length };
      const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
      const usage = { maxRssBytes: maxRSS * 1024, cpuMs: Math.round((userCPUTime + systemCPUTime) / 1_000) };
      log.info({ revision, appliedRevision, ...counts, phases: times.take(), ...usage, problems }, "Cycle");
      return result;
    } catch (error) {
      const problem = { message: error instanceof Error ? error.message : String(error) };
      const others = [NameTakenError, BrakedError, WaitsForTurnError];
      const isReported = others.some((kind) => error instanceof kind);
      if (!isReported) await report("FAILED", [problem]).catch(() => undefined);
      throw error;
    }
  } finally {
    end.abort();
    unlock();
  }
}

/** The diff of all files that the next cycle would change, and the problems it would report. Writes nothing. */
export async function* runDry(
  settings: Settings,
  log: Logger,
  signal: AbortSignal,
  resolve: Resolve = resolveName,
): AsyncGenerator<string, void, undefined> {
  const state = new StateFile(settings.directory).read();
  const namingKey = new NamingKeyFile(settings.directory).read();
  const client = connect(settings);
  const end = new AbortController();
  const egress = makeEgress(settings, client, log, { signal: AbortSignal.any([signal, end.signal]), resolve });
  try {
    await egress.recheck(briefly(signal));
    const { revision: knownRevision, retryFrom: sinceRevision = knownRevision } = state;
    const since = { sinceRevision, knownRevision, stale: egress.stale };
    const { changes, plan } = await fetchChanges(sourceOf(settings, client, signal), since, async (page) => {
      await egress.settle(page.egressFingerprint);
      const made = makeOutputs(settings, readTiers(page.limitTiers), namingKey);
      return {
        made,
        isKnown: state.fingerprint === fingerprintOf(made, egress),
        prepare: (projects) => egress.prepare(projects),
        render: (project) => renderProject(project, made.render, egress),
      };
    });
    yield* printChanges(plan.made, changes, new Date());
    const { braked } = new DeletionBrake(settings.brake, now).judge(plan.made, changes, state.removed);
    if (braked !== undefined) yield `# ${braked.message}\n`;
    for (const { name, problems } of changes.projects) {
      for (const { message } of problems) yield `# ${name}: ${message}\n`;
    }
  } finally {
    end.abort();
  }
}

function connect({ server }: Settings, onRequest?: () => void): Client {
  return createClient({
    url: server.url,
    token: server.token,
    timeoutMs: server.timeoutSeconds * 1_000,
    app: { name: "metricsinfra-configurator", version },
    hooks: { onRequest },
  });
}

function sourceOf(settings: Settings, client: Client, signal: AbortSignal): ConfigSource {
  const needed = neededChanges(settings);
  return {
    changes: (since) => client.changes({ ...since, ...needed }, { signal }),
    projectConfig: (id) => client.projectConfig(id, { signal }),
  };
}

function makeEgress(
  settings: Settings,
  client: Client,
  log: Logger,
  { signal, resolve }: { readonly signal: AbortSignal; readonly resolve: Resolve },
): Egress {
  const freshMs = settings.nameCheckIntervalSeconds * 1_000;
  return new Egress({
    file: new EgressFile(settings.directory),
    fetchPolicy: () => client.egressPolicy({ signal }),
    lookups: new NameLookups(resolve, { atOnce: lookUpsAtOnce(), patienceMs, slowMs: slowIntervals * freshMs }, signal),
    freshMs,
    own: ownEndpoints(settings),
    onStale: (error) =>
      log.warn({ err: error }, "The policy of where config may point cannot be fetched; the last one stays"),
    now,
  });
}

/** How long names are waited for where a person or a timer waits for the end. */
function briefly(signal: AbortSignal): AbortSignal {
  return withTimeLimit(signal, 60_000);
}

function makeRunWatch(settings: Settings, applied: ConfigApplier, log: Logger, metrics?: AgentMetrics): RunWatch {
  return new RunWatch({ sources: runSources(settings), applied, log, now, onLook: (runs) => metrics?.runs(runs) });
}

function makeApplier(
  settings: Settings,
  source: ConfigSource,
  egress: Egress,
  times: PhaseTimes,
  asked: Pick<ApplierParts, "isReleased" | "mayApply">,
): ConfigApplier {
  const namingKey = new NamingKeyFile(settings.directory).keep();
  return new ConfigApplier({
    source,
    egress,
    stateFile: new StateFile(settings.directory),
    outputs: (tiers) => makeOutputs(settings, tiers, namingKey),
    searchMs: settings.quarantine.searchSeconds * 1_000,
    brake: new DeletionBrake(settings.brake, now),
    ...asked,
    times,
    now,
  });
}
