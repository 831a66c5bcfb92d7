import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      // vite would resolve "graphql" to index.mjs and type-graphql to index.js: two realms that refuse each other.
      { find: /^graphql$/, replacement: "graphql/index.js" },
      { find: /^@metricsinfra\/sdk$/, replacement: path("./sdk/index.ts") },
    ],
  },
  test: {
    include: ["tests/**/*.test.ts"],
    setupFiles: ["tests/support/at-end.ts"],
    globalSetup: ["tests/support/mariadb-server.ts"],
    pool: "forks",
    // Loading the server anew for each file took a third of the whole run. Test files share no state of ours.
    isolate: false,
    // Many tests wait for a Prometheus more than they compute.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
