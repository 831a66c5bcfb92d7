import type { AlertQuestion } from "./alert-questions.js";
import type { AlertStack } from "./alert-stack.js";
import { type LoadRequest, type LoadResult, measureLoad } from "./request-load.js";

/** From so many alerts on an answer takes Alertmanager seconds, so that one round over few connections tells enough. */
const slowSize = 50_000;
const slowConnections = 4;

/** What one question costs us over some connections. */
export function measureOurs(
  stack: AlertStack,
  question: AlertQuestion,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  return measureLoad(ourRequest(stack, question), { connections, seconds, warmUpSeconds: seconds / 2 });
}

/** What it costs Alertmanager. Our server stands still meanwhile: its polls are no part of that. */
export async function measureTheirs(
  stack: AlertStack,
  question: AlertQuestion,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  stack.server.signal("SIGSTOP");
  try {
    return await measureLoad(
      theirRequest(stack, question),
      stack.alerts < slowSize
        ? { connections, seconds, warmUpSeconds: 0 }
        : { connections: Math.min(connections, slowConnections), seconds: 0, warmUpSeconds: 0 },
    );
  } finally {
    stack.server.signal("SIGCONT");
  }
}

/** Why the schema does not take the question; null when it does. Throws when the answer is not Alertmanager's. */
export async function refusalOf(stack: AlertStack, question: AlertQuestion): Promise<string | null> {
  const text = await textOf(ourRequest(stack, question));
  const { errors } = JSON.parse(text) as {
    readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  };
  const [error] = errors ?? [];
  if (error?.extensions.code === "GRAPHQL_VALIDATION_FAILED") return error.message;
  if (error !== undefined) throw new Error(error.message);
  if (!question.isWhole) return null;
  const [ours, theirs] = [fingerprintsIn(text), fingerprintsIn(await textOf(theirRequest(stack, question)))];
  if (ours.size === theirs.size && [...ours].every((fingerprint) => theirs.has(fingerprint))) return null;
  throw new Error(`${question.name}: we answer ${ours.size} alerts, Alertmanager ${theirs.size} or others.`);
}

function ourRequest({ url, token }: AlertStack, { ours }: AlertQuestion): LoadRequest {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return { url, method: "POST", headers, body: JSON.stringify(ours) };
}

function theirRequest({ alertmanagerUrl }: AlertStack, { theirs }: AlertQuestion): LoadRequest {
  return { url: alertmanagerUrl + theirs, method: "GET", headers: {} };
}

async function textOf({ url, ...init }: LoadRequest): Promise<string> {
  return (await fetch(url, init)).text();
}

function fingerprintsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/"fingerprint":"[0-9a-f]{16}"/g));
}
