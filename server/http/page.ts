import { createHash } from "node:crypto";
import type { Response } from "express";

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:36rem;margin:15vh auto;padding:0 1rem}
code{font-size:.9em}
small{opacity:.7}`;

const headers = {
  "content-security-policy": [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** A page of text. */
export interface Page {
  readonly status: number;
  readonly title: string;
  /** What follows the title, in HTML whose texts are escaped. */
  readonly body: string;
}

/** Sends a page: no script, nothing loaded. */
export function sendPage(response: Response, { status, title, body }: Page): void {
  response.setHeaders(new Map(Object.entries(headers)));
  response
    .status(status)
    .type("text/html")
    .send(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
${body}
</html>
`);
}

/** A text as HTML shows it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
