import { CostLimitError } from "./errors.js";
import { type Regex, readPlainPattern } from "./plain-pattern.js";
import { compileRegex, readRegex, repetitionsIn, type TextPredicate } from "./regex.js";

/** What one point of cost buys. A step takes some 6 ns, so that a point is about what one object costs that is answered. */
export const stepsPerPoint = 2_000;

/** One match may take so many, some 10 ms, in which nobody else is answered. */
export const mostStepsOfOne = 1_500_000;

// Compiling takes 4 µs a character, and more of classes like \pL.
const stepsPerCharacter = 1_000;
// Of callers that outlive their operation: beyond, what was remembered is forgotten.
const mostPatterns = 1_000;
const mostValues = 10_000;

/** What matching may cost, and who is told of it. */
export interface MatchingBudget {
  /** The most points that the operation may spend on it. */
  readonly most: number;
  /** Told of each further point; throws when there may be no more of them. */
  readonly onSpent: (points: number) => void;
  /** Resolves once more may be spent, where that is waited for. */
  readonly whenAffordable?: () => Promise<void>;
}

/**
 * Compiles and runs the patterns of one operation, and counts in steps what that takes. Each pattern is compiled once,
 * and asked once about each value. Without a budget it only counts.
 */
export class Matching {
  readonly #patterns = new Map<string, TextPredicate | string>();
  #budget: MatchingBudget | null = null;
  #steps = 0;
  #points = 0;

  /** The points that were spent, each of them whole. */
  get points(): number {
    return this.#points;
  }

  /** Sets what may be spent. */
  limit(budget: MatchingBudget): void {
    this.#budget = budget;
  }

  /** Resolves once more may be spent, for work that can wait; at once where nobody has it wait. */
  async whenAffordable(): Promise<void> {
    await this.#budget?.whenAffordable?.();
  }

  /** Counts steps; throws COST_LIMIT, from then on always, when they are more than may be spent. */
  spend(steps: number): void {
    this.#steps += steps;
    const more = Math.floor(this.#steps / stepsPerPoint) - this.#points;
    if (more > 0) {
      this.#points += more;
      this.#budget?.onSpent(more);
    }
    if (this.#budget !== null && this.#points > this.#budget.most) throw tooMuch(this.#points, this.#budget.most);
  }

  /** A regular expression from a caller, or what `checkRegex` says is wrong with it. */
  read(pattern: string): TextPredicate | string {
    const known = this.#patterns.get(pattern);
    if (known !== undefined) return known;
    this.#payFor(pattern);
    const regex = readRegex(pattern);
    return this.#remember(pattern, typeof regex === "string" ? regex : this.#counted(regex));
  }

  /** A regular expression that was read, or that an Alertmanager runs already; throws `BadUserInputError`. */
  compile(pattern: string): TextPredicate {
    const known = this.#patterns.get(pattern);
    if (typeof known === "function") return known;
    this.#payFor(pattern);
    return this.#remember(pattern, this.#counted(compileRegex(pattern)));
  }

  #payFor(pattern: string): void {
    const isPlain = readPlainPattern(pattern) !== null;
    this.spend(isPlain ? pattern.length : stepsPerCharacter * (pattern.length + repetitionsIn(pattern)));
  }

  #remember<T extends TextPredicate | string>(pattern: string, read: T): T {
    if (this.#patterns.size >= mostPatterns) this.#patterns.clear();
    this.#patterns.set(pattern, read);
    return read;
  }

  #counted(regex: Regex): TextPredicate {
    const verdicts = new Map<string, boolean>();
    return (text) => {
      this.spend(1);
      const known = verdicts.get(text);
      if (known !== undefined) return known;
      let steps = 0;
      const verdict = regex(text, (more) => {
        steps += more;
        this.spend(more);
        if (steps > mostStepsOfOne) throw tooLong(text.length);
      });
      if (verdicts.size >= mostValues) verdicts.clear();
      verdicts.set(text, verdict);
      return verdict;
    };
  }
}

function tooMuch(cost: number, limit: number): CostLimitError {
  const message = `The operation is too expensive. Comparing labels with its patterns, or grouping by them, costs more than ${limit}, which is what the rest of it leaves. ${advice}`;
  return new CostLimitError(message, { cost, limit });
}

function tooLong(characters: number): CostLimitError {
  const message = `The operation is too expensive. A pattern takes too long on a value of ${characters} characters. ${advice}`;
  return new CostLimitError(message, {});
}

const advice = "Narrow the filter, or give fewer and simpler patterns; texts, with .* around them or not, cost least.";
