import { AsyncLocalStorage } from "node:async_hooks";
import { afterAll, onTestFinished, TestRunner } from "vitest";

// Of the process, not of the module: vitest loads a setup file anew for each test file, and what tests import once.
const ofProcess: { fileEndTasks?: (() => unknown)[]; untilFileEnd?: AsyncLocalStorage<true> } = globalThis as object;
ofProcess.fileEndTasks ??= [];
ofProcess.untilFileEnd ??= new AsyncLocalStorage();
const { fileEndTasks: tasks, untilFileEnd: lasting } = ofProcess;

/**
 * Runs `task` at the end of the test that is under way, or after the last of the file when none is, in reverse order of
 * registration, whether tests failed or not.
 */
export function atEnd(task: () => unknown): void {
  if (TestRunner.getCurrentTest() === undefined || lasting.getStore()) tasks.push(task);
  else onTestFinished(async () => void (await task()));
}

/** Keeps what `work` starts within a test for those that follow, to the end of the file. */
export function untilFileEnd<T>(work: () => T): T {
  return lasting.run(true, work);
}

// This file is one of vitest's setup files, so this hook is the first registered and therefore runs last.
afterAll(async () => {
  const errors: unknown[] = [];
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    try {
      await task();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, "cleaning up after the test file failed");
});
