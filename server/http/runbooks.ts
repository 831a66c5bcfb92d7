import express from "express";
import { allPacks } from "../rules/packs/all-packs.js";
import type { PackDefinition, PackRuleDefinition } from "../rules/packs/pack-definition.js";
import { escaped, sendPage } from "./page.js";

const pages = new Map(allPacks.flatMap((pack) => pack.rules.map((rule) => [rule.name, pageOf(pack, rule)])));
const contents = allPacks
  .map(({ title, description, rules }) => {
    const links = rules.map(({ name, runbook }) => `<li>${linkTo(name)}: ${marked(runbook.meaning)}</li>`);
    return `<h2>${escaped(title)}</h2>\n<p>${marked(description)}</p>\n<ul>\n${links.join("\n")}\n</ul>`;
  })
  .join("\n");

/** What to do about the alerts of rule packs, a page for each: their `runbook_url` leads there. Anybody may read them. */
export function runbooks(): express.Router {
  const router = express.Router();
  router.get("/runbooks", (_request, response) => {
    sendPage(response, { status: 200, title: "Runbooks", body: contents });
  });
  router.get("/runbooks/:alert", (request, response) => {
    const { alert } = request.params;
    const body = pages.get(alert);
    if (body !== undefined) return sendPage(response, { status: 200, title: alert, body });
    const missing = `<p>No rule pack has such an alert. <a href="/runbooks">All that there are</a></p>`;
    sendPage(response, { status: 404, title: "There is no such runbook", body: missing });
  });
  return router;
}

function pageOf(pack: PackDefinition, { expr, for: wait, severity, parameters, runbook }: PackRuleDefinition): string {
  const steps = runbook.steps.map((step) => `<li>${marked(step)}</li>`);
  const values = parameters.map(({ name, description, default: value, unit }) => {
    return `<li><code>${escaped(name)}</code>: ${escaped(description)} ${escaped([value, unit ?? ""].join(" ").trim())}, unless your project sets another.</li>`;
  });
  return `<p>${marked(runbook.meaning)}</p>
<h2>What to do</h2>
<ol>
${steps.join("\n")}
</ol>
<h2>When it fires</h2>
<p><code>${escaped(expr)}</code> for ${escaped(wait)}, as ${severity}.</p>
${values.length === 0 ? "" : `<ul>\n${values.join("\n")}\n</ul>\n`}<p><small>Rule pack ${escaped(pack.name)}. <a href="/runbooks">All runbooks</a></small></p>`;
}

function linkTo(name: string): string {
  return `<a href="/runbooks/${encodeURIComponent(name)}">${escaped(name)}</a>`;
}

/** Text with what stands between backticks as code. */
function marked(text: string): string {
  return escaped(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}
