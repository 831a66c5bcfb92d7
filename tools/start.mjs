import { SERVICES } from "./debian-packages.mjs";
import { runMain } from "./progress.mjs";
import { releaseSignals } from "./run-command.mjs";
import { setUp } from "./setup.mjs";

// `npm start`: sets up what is missing and runs the demo, in this same process, so that signals need no passing on.
await runMain(async () => {
  await setUp(SERVICES);
  releaseSignals();
  await import("../dist/demo/main.js");
});
