/** A failure whose message says all that a person needs: no stack trace is shown with it. */
export class SetUpFailure extends Error {}

/** Somebody ended us while we were at it. */
export class Interruption extends SetUpFailure {}

/** Does a step and prints one line for it: `npm packages … 41 s`. On a terminal the seconds count up meanwhile. */
export async function step(title, work) {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const terminal = process.stdout.isTTY === true;
  process.stdout.write(`${title} … `);
  const ticking = terminal && setInterval(() => process.stdout.write(`\r${title} … ${seconds()}`), 1_000);
  try {
    const result = await work();
    process.stdout.write(terminal ? `\r${title} … ${seconds()}\n` : `${seconds()}\n`);
    return result;
  } catch (error) {
    process.stdout.write(terminal ? `\r${title} … failed\n` : "failed\n");
    throw error;
  } finally {
    clearInterval(ticking);
  }
}

/** Runs a program's main function; a failure ends the process with one message and code 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`\n${error instanceof SetUpFailure ? error.message : (error.stack ?? error)}\n`);
    process.exit(1);
  }
}
