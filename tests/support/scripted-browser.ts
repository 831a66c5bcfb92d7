import { parseSetCookie, stringifyCookie } from "cookie";

/** An answer, its body read. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What a browser does about cookies and redirects, step by step. Like a browser, it does not tell ports of a host apart. */
export class ScriptedBrowser {
  readonly cookies = new Map<string, string>();

  /** One request, no redirect followed. */
  async request(url: string | URL, init: RequestInit = {}): Promise<Page> {
    const cookie = stringifyCookie(Object.fromEntries(this.cookies));
    const headers = { accept: "text/html", ...(cookie ? { cookie } : {}), ...Object(init.headers) };
    const response = await fetch(url, { redirect: "manual", ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const { name, value = "", maxAge, expires } = parseSetCookie(line);
      if (maxAge === 0 || (expires && expires <= new Date())) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const { status } = response;
    return { url: String(url), status, headers: response.headers, text: await response.text() };
  }

  /** Follows redirects from `url` until a page is there, or until the next address is one of `until`, which is not asked for. */
  async follow(url: string | URL, until?: (url: string) => boolean): Promise<Page> {
    for (let next = String(url); ; ) {
      const page = await this.request(next);
      const location = page.headers.get("location");
      if (location === null) return page;
      next = new URL(location, next).href;
      if (until?.(next)) return { ...page, url: next };
    }
  }

  /** Fills the login form of `page` and goes on as `follow`. */
  async logIn(
    page: Page,
    name: string,
    { password = name, until }: { password?: string; until?: (url: string) => boolean } = {},
  ) {
    const answer = await this.request(page.url, { method: "POST", body: new URLSearchParams({ name, password }) });
    return this.follow(new URL(answer.headers.get("location") ?? "", page.url), until);
  }
}
