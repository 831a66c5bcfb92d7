import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, ServerFolder } from "./server-process.js";
import { quantile } from "./statistics.js";

/** Every refusal is to take less than this. */
const limitMs = 200;
const tries = 9;

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(" ");
const tripled = (levels: number): string =>
  levels === 0 ? "id" : times(3, () => `project { auditEntries { nodes { ${tripled(levels - 1)} } } }`);
const nestedJson = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** Documents that cost a careless endpoint seconds, each as the body of a request. */
const bodies: Readonly<Record<string, string>> = {
  "10,000 repeated fields": query(`{ ${"__typename ".repeat(10_000)} }`),
  "990 repeated fields": query(`{ ${"__typename ".repeat(990)} }`),
  "50 × 50 inline fragments": query(
    `{ ${times(50, () => `... on Query { ${times(50, () => "... on Query { viewer { name } }")} }`)} }`,
  ),
  "fields tripled at 6 levels": query(`{ node(id: "x") { ... on AuditEntry { ${tripled(6)} } } }`),
  "6,000 nested braces": query("{ a ".repeat(6_000) + "}".repeat(6_000)),
  "26 doubling fragments": query(
    `{ ...F0 } ${times(25, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F25 on Query { revision }`,
  ),
  "3,000 guessed fields": query(`{ ${times(3_000, (index) => `f${index}`)} }`),
  "500 directives": query(`{ viewer { name ${"@include(if: true) ".repeat(480)} } }`),
  "10,000 matchers": JSON.stringify({
    query: "mutation ($input: SilenceCreateInput!) { silenceCreate(input: $input) { userErrors { code } } }",
    variables: {
      input: {
        comment: "x",
        duration: "1h",
        matchers: Array.from({ length: 5_000 }, () => ({ name: "a", value: "b" })),
      },
    },
  }),
  "JSON nested 100,000 deep": `{"query":"query ($x: Labels) { viewer { name } }","variables":{"x":${nestedJson(100_000)}}}`,
};

function query(text: string): string {
  return JSON.stringify({ query: text });
}

const folder = mkdtempSync(join(tmpdir(), "metricsinfra-hostile-"));
try {
  const [port = 0] = await freePorts(1);
  const place = new ServerFolder(folder, port);
  const token = await place.token("OPERATOR");
  const server = await place.start();
  console.log(
    `${"refused document".padEnd(28)} ${"bytes".padStart(8)} ${"status".padStart(7)} ${"median ms".padStart(10)}   of the limit of ${limitMs} ms`,
  );
  for (const [name, body] of Object.entries(bodies)) {
    const samples: number[] = [];
    let status = 0;
    let isRefused = false;
    for (let attempt = 0; attempt < tries; attempt++) {
      const startedAt = performance.now();
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      const response = await fetch(place.url, { method: "POST", headers, body });
      isRefused = "errors" in ((await response.json()) as object);
      status = response.status;
      samples.push(performance.now() - startedAt);
    }
    const median = quantile(samples, 0.5);
    console.log(
      `${name.padEnd(28)} ${String(body.length).padStart(8)} ${String(status).padStart(7)} ${median.toFixed(1).padStart(10)}   ${(median / limitMs).toFixed(2)}`,
    );
    if (!isRefused || median > limitMs) process.exitCode = 1;
  }
  await server.stop();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
