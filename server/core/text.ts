/** What a text of one kind may hold, beyond the characters that no stored text may hold. */
export interface TextLimits {
  /** The longest text, in bytes of UTF-8: what Prometheus counts too. */
  readonly mostBytes: number;
  /** Whether the empty text is allowed. */
  readonly empty?: boolean;
  /** Whether line feeds and tabs are allowed; other control characters never are. */
  readonly multiline?: boolean;
  /** Whether `{{` and `}}` are allowed: only where a template is meant, and is checked by whoever allows it. */
  readonly templates?: boolean;
}

const control = /\p{Cc}/u;
const controlButLines = /[^\P{Cc}\n\t]/u;
const loneSurrogate = /\p{Cs}/u;
const templateMark = /\{\{|\}\}/;
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
// The two joiners are format characters too, but Persian, Indic scripts and emoji are spelled with them.
const joiners = /[\u200c\u200d]/g;

/**
 * Says what is wrong with a text, or null. `what` opens the sentence, for example "A label value"; the text itself is
 * never repeated, because it may be a secret.
 */
export function checkText(what: string, text: string, limits: TextLimits): string | null {
  if (text === "" && limits.empty !== true) return `${what} must not be empty.`;
  if (Buffer.byteLength(text) > limits.mostBytes) return `${what} is at most ${limits.mostBytes} bytes long.`;
  if (loneSurrogate.test(text)) return `${what} must be valid Unicode text.`;
  if ((limits.multiline === true ? controlButLines : control).test(text)) {
    return `${what} must not hold control characters${limits.multiline === true ? " other than line feeds and tabs" : ""}.`;
  }
  if (limits.templates !== true && templateMark.test(text)) return `${what} must not hold "{{" or "}}".`;
  return null;
}

/**
 * The first check of every address, header and path: one line, no template marks, a sane length. Alertmanager and the
 * blackbox exporter put these texts into templates, headers and URLs, so what they hold must not be read as syntax.
 */
export function checkLine(what: string, text: string, mostBytes: number): string | null {
  return checkText(what, text, { mostBytes });
}

/** Whether a text reads the same to people and machines: no invisible or direction-changing characters. */
export function isPrintable(text: string): boolean {
  return !unprintable.test(text.replace(joiners, ""));
}
