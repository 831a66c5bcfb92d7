import { createHash } from "node:crypto";
import type { Response } from "express";

/** A page of sign-in: what happened, and the one link on. */
export interface SignInPage {
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly link: { readonly href: string; readonly text: string };
}

const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:36rem;margin:15vh auto;padding:0 1rem}
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

/** Sends the page: no script, nothing loaded, and nothing in it that came with the request but its id. */
export function sendSignInPage(response: Response, { status, title, message, link }: SignInPage): void {
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
<p>${escaped(message)}</p>
<p><a href="${escaped(link.href)}">${escaped(link.text)}</a></p>
<p><small>Request ${escaped(String(response.getHeader("x-request-id")))}</small></p>
</html>
`);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
