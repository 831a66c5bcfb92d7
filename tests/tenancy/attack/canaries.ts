import { randomBytes } from "node:crypto";

/** Texts that stand in the victim's values, one in each, and nowhere else: where one turns up, that value got out. */
export class Canaries {
  readonly #whose = new Map<string, string>();

  /** A new one, for a value of this description: lower-case letters and digits, so that it may stand anywhere. */
  for(what: string): string {
    const canary = `q${randomBytes(6).toString("hex")}`;
    this.add(what, canary);
    return canary;
  }

  /** Watches for a text that is the victim's already, such as an id. */
  add(what: string, text: string): void {
    if (text === "") throw new Error(`The victim has no ${what}.`);
    this.#whose.set(text, what);
  }

  /** What of the victim's stands in `text`, that was not in what the attacker had sent. */
  in(text: string, sent = ""): readonly string[] {
    const found = [...this.#whose].filter(([canary]) => text.includes(canary) && !sent.includes(canary));
    return found.map(([canary, what]) => `${what} (${canary})`);
  }
}
