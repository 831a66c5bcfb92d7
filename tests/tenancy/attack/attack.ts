import type { RawAnswer } from "../../contract/raw-request.js";
import { rawRequest } from "../../contract/raw-request.js";
import type { Arena } from "./arena.js";
import type { Verdict } from "./attempt.js";
import { operationFor } from "./graph.js";

/** An answer, with what was sent for it. */
export interface Reply extends RawAnswer {
  readonly sent: string;
  // Attempts look into answers of every shape.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly data: any;
  readonly errors: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** How a request is made: with which of the attacker's tokens (null: none), and with which headers besides. */
export interface Manner {
  readonly as?: "ADMIN" | "MEMBER" | "VIEWER" | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
}

/** One attempt under way: it sends requests, and keeps what was answered. */
export class Attack {
  readonly replies: Reply[] = [];

  constructor(
    readonly arena: Arena,
    /** Stands in whatever the attempt writes, and in nothing else. */
    readonly marker: string,
  ) {}

  get victim() {
    return this.arena.victim;
  }

  get own() {
    return this.arena.attacker;
  }

  /** Calls a root field, and asks for all that it answers. */
  call(field: string, args: Readonly<Record<string, unknown>>, manner?: Manner): Promise<Reply> {
    return this.ask(operationFor(field, args), args, manner);
  }

  /** Sends an operation. */
  ask(query: string, variables: object = {}, manner: Manner = {}): Promise<Reply> {
    return this.send(JSON.stringify({ query, variables }), manner);
  }

  /** Sends a body as it is. */
  send(body: string, manner: Manner = {}): Promise<Reply> {
    const { as = "ADMIN", headers = {}, path = "/graphql" } = manner;
    const token: Record<string, string> = as === null ? {} : { authorization: `Bearer ${this.own.tokens[as]}` };
    return this.request("POST", path, { "content-type": "application/json", ...token, ...headers }, body);
  }

  /** Any request at all. */
  async request(method: string, path: string, headers: Readonly<Record<string, string>>, body = ""): Promise<Reply> {
    const answer = await rawRequest(new URL(path, this.arena.stack.graphUrl).href, method, headers, body);
    const sent = `${path} ${JSON.stringify(headers)} ${body}`;
    const { data = null, errors = [] } = jsonIn(answer.text);
    const reply = { ...answer, sent, data, errors };
    this.replies.push(reply);
    return reply;
  }
}

/** What came of a request, as the one who sent it sees it. */
export function verdictOf({ status, data, errors }: Reply): Verdict {
  if (status >= 400 || data === null) return "refused";
  const roots: unknown[] = Object.values(data);
  return errors.length > 0 || roots.every(isRefusal) ? "refused" : "harmless";
}

/** What a payload tells of mistakes: in all, and in each object where it is about several. */
interface Mistaken {
  readonly userErrors?: readonly unknown[];
  readonly results?: readonly { readonly userErrors: readonly unknown[] }[];
}

function isRefusal(root: unknown): boolean {
  if (root === null) return true;
  if (Array.isArray(root)) return root.length > 0 && root.every((one) => one === null);
  const { userErrors = [], results = [] } = root as Mistaken;
  return userErrors.length > 0 || (results.length > 0 && results.every((result) => result.userErrors.length > 0));
}

/** The body, be it JSON or the first event of a stream. */
function jsonIn(text: string): { data?: unknown; errors?: Reply["errors"] } {
  try {
    return Object(JSON.parse(/^data: (\{.*\})$/m.exec(text)?.[1] ?? text));
  } catch {
    return {};
  }
}
