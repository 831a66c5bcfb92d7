/**
 * Says why a label's or annotation's template may not run, or undefined. Prometheus gives templates one function that
 * reads series, `query`, and it reads those of every project; without it a template sees its own alert alone.
 */
export function templateProblem(text: string): string | undefined {
  let position = 0;
  for (;;) {
    const start = text.indexOf("{{", position);
    if (start === -1) return undefined;
    const action = readAction(text, start + 2);
    if (action === undefined) return "a template is not closed";
    if (/(?<![\w.$])query(?!\w)/.test(action.code)) return 'a template must not use "query"';
    position = action.end;
  }
}

/** The action's code, with its strings and comments taken out as Go's lexer finds them, and where it ends. */
function readAction(text: string, start: number): { readonly code: string; readonly end: number } | undefined {
  const comment = /^(?:- )?\s*\/\*[\s\S]*?\*\/\s*(?: -)?\}\}/.exec(text.slice(start));
  if (comment !== null) return { code: "", end: start + comment[0].length };
  let code = "";
  for (let at = start; at < text.length; ) {
    if (text.startsWith("}}", at)) return { code, end: at + 2 };
    const character = text.charAt(at);
    const end = character === '"' || character === "'" || character === "`" ? quoteEnd(text, at) : at + 1;
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
