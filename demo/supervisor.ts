import { DemoFailure } from "./demo-failure.js";
import { type ProcessExit, type ProcessOptions, type RunningProcess, startProcess } from "./start-process.js";

/** A process and its place in the order of stopping: lower ones end first, equal ones together. */
export interface ServiceOptions extends ProcessOptions {
  readonly name: string;
  readonly logFile: string;
  readonly stopOrder: number;
}

/** Starts processes, notices when one ends by itself, and stops them in order. */
export class Supervisor {
  /** Rejects with a DemoFailure when a started process ends that nobody has stopped; never resolves. */
  readonly failure: Promise<never>;
  readonly #services: { readonly process: RunningProcess; readonly options: ServiceOptions }[] = [];
  #fail: (error: DemoFailure) => void = () => {};
  #stopping = false;

  constructor() {
    this.failure = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Whoever waits for it gets it; nobody may be waiting yet.
    this.failure.catch(() => {});
  }

  /** Starts one and resolves when it is ready. */
  async start(options: ServiceOptions): Promise<void> {
    // What is asked for after the end was decided never comes.
    if (this.#stopping) await new Promise(() => {});
    const process = await startProcess(options);
    this.#services.push({ process, options });
    void process.exited.then((exit) => {
      if (!this.#stopping) this.#fail(endedByItself(process, exit, options));
    });
  }

  /** Stops all that run and resolves when they have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const orders = new Set(this.#services.map(({ options }) => options.stopOrder));
    for (const order of [...orders].sort((a, b) => a - b)) {
      const group = this.#services.filter(({ options }) => options.stopOrder === order);
      await Promise.all(group.map(({ process }) => process.stop()));
    }
  }
}

function endedByItself(process: RunningProcess, exit: ProcessExit, { logFile }: ServiceOptions): DemoFailure {
  const how = exit.signal === null ? `code ${exit.code}` : `signal ${exit.signal}`;
  const tail = process.output.trimEnd().split("\n").slice(-10).join("\n");
  return new DemoFailure(`${process.name} ended by itself (${how}); its log is ${logFile} and ends with:\n${tail}`);
}
