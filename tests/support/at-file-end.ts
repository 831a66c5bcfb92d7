import { afterAll } from "vitest";

// Of the process, not of the module: vitest loads a setup file anew for each test file, and what tests import once.
const ofProcess: { fileEndTasks?: (() => unknown)[] } = globalThis as object;
ofProcess.fileEndTasks ??= [];
const tasks = ofProcess.fileEndTasks;

/** Runs `task` after the last test of the file, in reverse order of registration, whether tests failed or not. */
export function atFileEnd(task: () => unknown): void {
  tasks.push(task);
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
