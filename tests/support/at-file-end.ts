import { afterAll } from "vitest";

const tasks: (() => unknown)[] = [];

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
