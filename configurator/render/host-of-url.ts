const hostText = "\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]+";
const authority = new RegExp(`^(${hostText})(?::[0-9]{1,5})?$`);
// The characters of RFC 3986 without "@" before the path, "#" and what URL parsers read each in its own way: "\", spaces.
const url = new RegExp(`^https?://(${hostText})(?::([0-9]{1,5}))?(?:[/?][A-Za-z0-9._~:/?[\\]@!$&'()*+,;=%-]*)?$`);

/** The host of `host` or `host:port`, an IPv6 address without its brackets; undefined when the text is neither. */
export function hostOfAuthority(text: string): string | undefined {
  return withoutBrackets(authority.exec(text)?.[1]);
}

/** The host of an http or https URL without credentials; undefined for anything that two programs might read in two ways. */
export function hostOfUrl(text: string): string | undefined {
  return withoutBrackets(url.exec(text)?.[1]);
}

/** The port of such a URL, that of its scheme where it names none. */
export function portOfUrl(text: string): number | undefined {
  const read = url.exec(text);
  if (read === null) return undefined;
  return Number(read[2] ?? (text.startsWith("https:") ? 443 : 80));
}

function withoutBrackets(host: string | undefined): string | undefined {
  return host?.startsWith("[") ? host.slice(1, -1) : host;
}
