const mostCharacters = 1_000;

/**
 * A path of this server in its plain spelling, with query and fragment; null for whatever leads elsewhere, whichever way
 * browsers read it (`//host`, `/\host`, `/.//host`, `/<tab>/host`), and for the pages of sign-in itself.
 */
export function localPath(text: unknown, origin: string): string | null {
  if (typeof text !== "string" || text.length > mostCharacters) return null;
  if (!text.startsWith("/") || /[\p{C}\\]/u.test(text) || !URL.canParse(text, origin)) return null;
  const url = new URL(text, origin);
  const path = `${url.pathname}${url.search}${url.hash}`;
  if (url.origin !== origin || path.startsWith("//") || path.startsWith("/auth/")) return null;
  return path;
}
