import type { RE2JS } from "re2js";

/** Told how many steps were taken since it was last told; throws when they are too many. */
export type Spend = (steps: number) => void;

/** An instruction as re2js compiles it, which is as Go does (`regexp/syntax/prog.go`). */
interface Instruction {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: Int32Array;
  matchRune(rune: number): boolean;
}

type RuneTest = (rune: number) => boolean;

// What an instruction does: end here, go on, go on at two others, go on where the place is right, take a character, match.
const [fail, go, split, assert, take, match] = [0, 1, 2, 3, 4, 5] as const;
/** The same by re2js's `op`: none, ALT, ALT_MATCH, CAPTURE, EMPTY_WIDTH, FAIL, MATCH, NOP, RUNE, RUNE1, ANY, ANY_NOT_NL. */
const kinds = [fail, split, split, go, assert, fail, match, go, take, take, take, take] as const;
const newline = 10;
// Places are numbered by 32 bits.
const mostPlaces = 1_000_000_000;

/**
 * A compiled regular expression that is run over the whole of a text, all its alternatives side by side. A step is an
 * instruction that is looked at for one character, of each at most two: some 6 ns. re2js's own engines decide the same,
 * but take ten times as long at worst, and do not tell what they took.
 */
export class RegexProgram {
  readonly #start: number;
  readonly #kinds: Uint8Array;
  readonly #out: Int32Array;
  /** Of a split its other way, of an assertion what it asserts, of what takes a character the number of its test. */
  readonly #arg: Int32Array;
  readonly #tests: readonly RuneTest[];
  /** The place at which each instruction was reached last. */
  readonly #reachedAt: Int32Array;
  /** The place at which each test was asked last, and what it said. */
  readonly #askedAt: Int32Array;
  readonly #answers: Uint8Array;
  /** Instructions: where splits still have to go, where to go on after a character, which ones take the next. */
  readonly #pending: Int32Array;
  readonly #entries: Int32Array;
  readonly #takers: Int32Array;
  /** The place in the text, counted on from one text to the next, so that nothing has to be wiped between them. */
  #place = 0;
  #matched = false;

  constructor(compiled: RE2JS) {
    const { inst, start }: { readonly inst: readonly Instruction[]; readonly start: number } = compiled.re2().prog;
    const tests = new Map<string, { readonly id: number; readonly accepts: RuneTest }>();
    const testId = (instruction: Instruction): number => {
      const key = `${instruction.op} ${instruction.arg} ${instruction.runes.join()}`;
      const test = tests.get(key) ?? { id: tests.size, accepts: testOf(instruction) };
      tests.set(key, test);
      return test.id;
    };
    this.#start = start;
    this.#kinds = Uint8Array.from(inst, kindOf);
    this.#out = Int32Array.from(inst, ({ out }) => out);
    this.#arg = Int32Array.from(inst, (one) => (kindOf(one) === take ? testId(one) : one.arg));
    this.#tests = [...tests.values()].map(({ accepts }) => accepts);
    this.#reachedAt = new Int32Array(inst.length);
    this.#askedAt = new Int32Array(tests.size);
    this.#answers = new Uint8Array(tests.size);
    this.#pending = new Int32Array(inst.length + 1);
    this.#entries = new Int32Array(inst.length + 1);
    this.#takers = new Int32Array(inst.length);
  }

  /** Whether the text, as a whole, is matched. */
  test(text: string, spend: Spend): boolean {
    if (this.#place > mostPlaces) this.#forgetPlaces();
    let before = -1;
    let rune = text.codePointAt(0) ?? -1;
    let entries = 1;
    this.#entries[0] = this.#start;
    for (let index = 0; entries > 0; index += before > 0xffff ? 2 : 1) {
      this.#place++;
      const takers = this.#follow(entries, placeBetween(before, rune), spend);
      if (rune < 0) return this.#matched;
      entries = this.#take(takers, rune);
      before = rune;
      rune = text.codePointAt(index + (rune > 0xffff ? 2 : 1)) ?? -1;
    }
    return false;
  }

  /** Goes on from the entries to what takes a character or has matched; says how many take one. */
  #follow(entries: number, place: number, spend: Spend): number {
    const [reachedAt, pending, takers, here] = [this.#reachedAt, this.#pending, this.#takers, this.#place];
    let steps = 0;
    let taking = 0;
    this.#matched = false;
    for (let entry = 0; entry < entries; entry++) {
      let waiting = 1;
      pending[0] = this.#entries[entry] ?? 0;
      while (waiting > 0) {
        let pc = pending[--waiting] ?? 0;
        while (reachedAt[pc] !== here) {
          reachedAt[pc] = here;
          steps++;
          const kind = this.#kinds[pc];
          if (kind === take) takers[taking++] = pc;
          else if (kind === match) this.#matched = true;
          else if (kind === split) pending[waiting++] = this.#arg[pc] ?? 0;
          const goesOn = kind === go || kind === split || (kind === assert && ((this.#arg[pc] ?? 0) & ~place) === 0);
          if (goesOn) pc = this.#out[pc] ?? 0;
        }
      }
    }
    spend(steps + taking);
    return taking;
  }

  /** Lets them take the character; says how many could. */
  #take(takers: number, rune: number): number {
    const [askedAt, answers, here] = [this.#askedAt, this.#answers, this.#place];
    let entries = 0;
    for (let taker = 0; taker < takers; taker++) {
      const pc = this.#takers[taker] ?? 0;
      const test = this.#arg[pc] ?? 0;
      if (askedAt[test] !== here) {
        askedAt[test] = here;
        answers[test] = this.#tests[test]?.(rune) ? 1 : 0;
      }
      if (answers[test] === 1) this.#entries[entries++] = this.#out[pc] ?? 0;
    }
    return entries;
  }

  #forgetPlaces(): void {
    this.#place = 0;
    this.#reachedAt.fill(0);
    this.#askedAt.fill(0);
  }
}

function kindOf({ op }: Instruction): number {
  const kind = kinds[op];
  if (kind === undefined) throw new Error(`re2js has an instruction ${op}, which is not known here.`);
  return kind;
}

function testOf(instruction: Instruction): RuneTest {
  if (instruction.op === 10) return () => true;
  if (instruction.op === 11) return (rune) => rune !== newline;
  return (rune) => instruction.matchRune(rune);
}

/** What can be asserted between two characters, -1 for none, in the bits of Go's `EmptyOp`. */
function placeBetween(before: number, after: number): number {
  const begins = before < 0 ? 1 | 4 : before === newline ? 1 : 0;
  const ends = after < 0 ? 2 | 8 : after === newline ? 2 : 0;
  return begins | ends | (isWord(before) === isWord(after) ? 32 : 16);
}

function isWord(rune: number): boolean {
  return (rune >= 48 && rune <= 57) || (rune >= 65 && rune <= 90) || rune === 95 || (rune >= 97 && rune <= 122);
}
