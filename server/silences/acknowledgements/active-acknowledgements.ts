import type { AcknowledgedAlerts } from "../../alerts/acknowledged-alerts.js";
import type { Acknowledgement } from "./acknowledgement.js";
import type { AcknowledgementRepository } from "./acknowledgement-repository.js";

/** How often a server looks for what others wrote. */
const pollMs = 1_000;

/** What it takes from the world. */
export interface ActiveAcknowledgementsOptions {
  /** Whether other servers may write too. */
  readonly isShared: boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * The acknowledgements in force, in memory: filters ask about every alert there is. Who writes one has it read again before
 * it answers; what another server writes shows within about a second, for which one row is read each second, and the
 * changes alone where that has changed.
 */
export class ActiveAcknowledgements implements AcknowledgedAlerts {
  readonly #byFingerprint = new Map<string, Acknowledgement>();
  readonly #byId = new Map<string, Acknowledgement>();
  readonly #bySilence = new Map<string, Acknowledgement>();
  readonly #countByProject = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #revision = 0;
  #reading: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    private readonly repository: AcknowledgementRepository,
    private readonly options: ActiveAcknowledgementsOptions,
  ) {}

  /** Reads them all, and begins to follow what others write. */
  async start(): Promise<void> {
    const newest = await this.repository.newestRevision();
    this.#apply(await this.repository.inForce(), newest);
    if (this.options.isShared) this.#poll();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#reading.catch(() => undefined);
  }

  get revision(): number {
    return this.#revision;
  }

  /** All of them. */
  get all(): readonly Acknowledgement[] {
    return [...this.#byId.values()];
  }

  of(fingerprint: string, startsAtMs: number): Acknowledgement | null {
    const found = this.#byFingerprint.get(fingerprint);
    return found?.covers(startsAtMs) ? found : null;
  }

  /** The one with this id, if it is in force. */
  find(id: string): Acknowledgement | null {
    return this.#byId.get(id) ?? null;
  }

  /** The one whose silence has this id in Alertmanager. */
  ofSilence(silenceId: string): Acknowledgement | null {
    return this.#bySilence.get(silenceId) ?? null;
  }

  /** How many there are of a project. */
  countOf(projectId: string): number {
    return this.#countByProject.get(projectId) ?? 0;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when all that was committed before is known here; who asks while a reading is under way gets the next one. */
  refresh(): Promise<void> {
    this.#next ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = null;
        this.#reading = this.#read();
        return this.#reading;
      });
    return this.#next;
  }

  async #read(): Promise<void> {
    const newest = await this.repository.newestRevision();
    if (newest === this.#revision) return;
    this.#apply(await this.repository.changedSince(this.#revision), newest);
  }

  #apply(changed: readonly Acknowledgement[], newest: number): void {
    for (const acknowledgement of changed) this.#forget(acknowledgement.id);
    for (const acknowledgement of changed) if (acknowledgement.isInForce) this.#remember(acknowledgement);
    this.#revision = Math.max(newest, ...changed.map(({ revision }) => revision));
    for (const listener of this.#listeners) listener();
  }

  #forget(id: string): void {
    const known = this.#byId.get(id);
    if (known === undefined) return;
    this.#byId.delete(id);
    this.#count(known, -1);
    if (this.#byFingerprint.get(known.fingerprint) === known) this.#byFingerprint.delete(known.fingerprint);
    for (const { silenceId } of known.places) if (silenceId !== null) this.#bySilence.delete(silenceId);
  }

  #remember(acknowledgement: Acknowledgement): void {
    this.#byId.set(acknowledgement.id, acknowledgement);
    this.#count(acknowledgement, 1);
    this.#byFingerprint.set(acknowledgement.fingerprint, acknowledgement);
    for (const { silenceId } of acknowledgement.places) {
      if (silenceId !== null) this.#bySilence.set(silenceId, acknowledgement);
    }
  }

  #count({ projectId }: Acknowledgement, by: 1 | -1): void {
    if (projectId !== null) this.#countByProject.set(projectId, this.countOf(projectId) + by);
  }

  #poll(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.refresh()
        .catch(this.options.onError)
        .finally(() => this.#poll());
    }, pollMs);
    this.#timer.unref();
  }
}
