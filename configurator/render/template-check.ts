const words = (text: string) => new Set(text.split(" "));

const keywords = words("if else end true false and or not eq ne lt le gt ge len index printf");
const functions = words(
  "humanize humanize1024 humanizeDuration humanizePercentage humanizeTimestamp title toLower toUpper stripPort " +
    "stripDomain match reReplaceAll",
);
const variables = words("$labels $value");
const fields = words(".Labels .Value");

/**
 * Says why a label's or annotation's template may not run, or undefined. Prometheus gives templates a function that reads
 * series, `query`, and it reads those of every project. So a template may hold only what is listed here: its own alert's
 * labels and value, and functions that format them.
 */
export function templateProblem(text: string): string | undefined {
  let position = 0;
  for (;;) {
    const start = text.indexOf("{{", position);
    if (start === -1) return undefined;
    const action = readAction(text, start + 2);
    if (action === undefined) return "a template is not closed";
    const refused = refusedWord(action.code);
    if (refused !== undefined) return `a template must not use ${JSON.stringify(refused)}`;
    position = action.end;
  }
}

/** The first word of an action's code that is not listed; strings are blanks there. */
function refusedWord(code: string): string | undefined {
  const tokens = code.matchAll(/\$\w*|\.?[\p{L}_][\p{L}\p{N}_]*(?:\.\w+)*|[\d.]+(?:[eE][-+]?\d+)?|[-+()|]|\s+|./gsu);
  let before = "";
  for (const [token] of tokens) {
    const isLabel = token.startsWith(".") && before === "$labels" && /^\.\w+$/.test(token);
    if (!isLabel && !isAllowed(token)) return token;
    before = token;
  }
  return undefined;
}

function isAllowed(token: string): boolean {
  if (/^(?:[\s()|+-]+|\d[\d.]*(?:[eE][-+]?\d+)?)$/.test(token)) return true;
  if (token.startsWith(".Labels.")) return /^\.Labels\.\w+$/.test(token);
  return keywords.has(token) || functions.has(token) || variables.has(token) || fields.has(token);
}

/** The action's code, with its strings and comments taken out as Go's lexer finds them, and where it ends; 'c' is refused. */
function readAction(text: string, start: number): { readonly code: string; readonly end: number } | undefined {
  const comment = /^(?:- )?\s*\/\*[\s\S]*?\*\/\s*(?: -)?\}\}/.exec(text.slice(start));
  if (comment !== null) return { code: "", end: start + comment[0].length };
  let code = "";
  for (let at = start; at < text.length; ) {
    if (text.startsWith("}}", at)) return { code, end: at + 2 };
    const character = text.charAt(at);
    const end = character === '"' || character === "`" ? quoteEnd(text, at) : at + 1;
    if (end === undefined) return undefined;
    code += end === at + 1 ? character : " ";
    at = end;
  }
  return undefined;
}

function quoteEnd(text: string, start: number): number | undefined {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) === "\\" && quote !== "`") at++;
    else if (text.charAt(at) === quote) return at + 1;
  }
  return undefined;
}
