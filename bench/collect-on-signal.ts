/** Loaded before the server (`node --expose-gc --import`), it lets `alerts.ts` ask for what garbage there is to be collected. */
const { gc } = globalThis;
if (gc !== undefined) process.on("SIGUSR2", () => void gc());

export {};
