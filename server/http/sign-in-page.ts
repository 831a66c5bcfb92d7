import type { Response } from "express";
import { escaped, sendPage } from "./page.js";

/** A page of sign-in: what happened, and the one link on. */
export interface SignInPage {
  readonly status: number;
  readonly title: string;
  readonly message: string;
  readonly link: { readonly href: string; readonly text: string };
}

/** Sends the page, with nothing in it that came with the request but its id. */
export function sendSignInPage(response: Response, { status, title, message, link }: SignInPage): void {
  const body = `<p>${escaped(message)}</p>
<p><a href="${escaped(link.href)}">${escaped(link.text)}</a></p>
<p><small>Request ${escaped(String(response.getHeader("x-request-id")))}</small></p>`;
  sendPage(response, { status, title, body });
}
