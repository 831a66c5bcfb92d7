import type { Arena } from "./arena.js";
import { Attack, type Reply, verdictOf } from "./attack.js";
import { type Attempt, Reached, type Verdict } from "./attempt.js";

/** What came of one attempt. */
export interface Outcome {
  readonly attempt: Attempt;
  readonly marker: string;
  readonly verdict: Verdict | "reached";
  /** How the victim was reached, or why it is unknown what came of it. */
  readonly trouble: string | null;
}

/** Here a document is meant not to be one. */
const malformed = new Set(["documents", "limits", "streams"]);

/** Runs attempts, and judges what was answered: everything that ever came back is searched for what is the victim's. */
export class Recorder {
  readonly outcomes: Outcome[] = [];
  /** What the attacker has sent, and so knows. */
  #sent: string;

  constructor(
    private readonly arena: Arena,
    known = "",
  ) {
    this.#sent = known;
  }

  async run(attempt: Attempt): Promise<Outcome> {
    const marker = `mark${String(this.outcomes.length + 1).padStart(4, "0")}x`;
    const attack = new Attack(this.arena, marker);
    const outcome = { attempt, marker, ...(await this.#judge(attempt, attack)) };
    this.outcomes.push(outcome);
    return outcome;
  }

  async #judge({ run, kind }: Attempt, attack: Attack): Promise<Pick<Outcome, "verdict" | "trouble">> {
    try {
      const verdict = verdictOf(await run(attack));
      this.#sent += attack.replies.map(({ sent }) => sent).join("\n");
      const leaks = attack.replies.flatMap((reply) => this.#leaks(reply));
      if (leaks.length > 0) return { verdict: "reached", trouble: `It shows ${leaks.join(", ")}` };
      return {
        verdict,
        trouble: attack.replies.map((reply) => troubleIn(reply, kind)).find((one) => one !== null) ?? null,
      };
    } catch (error) {
      if (error instanceof Reached) return { verdict: "reached", trouble: error.message };
      throw error;
    }
  }

  #leaks({ headers, text }: Reply): readonly string[] {
    return this.arena.canaries.in(`${JSON.stringify(headers)}\n${text}`, this.#sent);
  }

  /** What came of the attempts of each kind, as lines of a table. */
  table(): string {
    const kinds = [...new Set(this.outcomes.map(({ attempt }) => attempt.kind))];
    const line = (...cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(12)).join("");
    const rows = ["all", ...kinds].map((kind) => {
      const of = this.outcomes.filter(({ attempt }) => kind === "all" || attempt.kind === kind);
      const count = (verdict: Outcome["verdict"]) => of.filter((outcome) => outcome.verdict === verdict).length;
      return line(kind, of.length, count("refused"), count("harmless"), count("reached"));
    });
    return [line("kind", "attempts", "refused", "harmless", "reached"), ...rows, ""].join("\n");
  }
}

/** Why a refusal proves nothing: the server broke, or never understood what was asked. */
function troubleIn({ status, errors, text }: Reply, kind: string): string | null {
  const codes = errors.map(({ extensions }) => extensions?.code ?? "");
  const unread = ["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "COST_LIMIT"].some((code) =>
    codes.includes(code),
  );
  const broke =
    status >= 500 ||
    codes.some((code) => ["INTERNAL_SERVER_ERROR", "RATE_LIMITED", "UPSTREAM_UNAVAILABLE"].includes(code));
  return broke || (unread && !malformed.has(kind)) ? `${status} ${text.slice(0, 500)}` : null;
}
