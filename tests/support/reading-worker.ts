/** The worker that reads large answers of Alertmanagers, as the build makes it: tests run the sources, which a thread cannot. */
export const readingWorker = new URL("../../dist/server/alerts/reading/reading-worker.js", import.meta.url);
