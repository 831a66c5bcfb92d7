import { defineConfig } from "vite";

export default defineConfig({
  base: "/playground/",
  worker: { format: "es" },
  build: {
    outDir: "../dist/playground",
    emptyOutDir: true,
    // Every asset is a file of its own, so that the page's policy needs no `data:` but for Monaco's own style sheet.
    assetsInlineLimit: 0,
    // Monaco is one chunk of 4 MB whatever is done about it.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      onLog(level, log, handle) {
        // Packages that are marked "use client" for other tools.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") handle(level, log);
      },
    },
  },
});
