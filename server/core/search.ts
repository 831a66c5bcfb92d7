import type { Matching } from "./matching.js";

const charactersPerStep = 4;

/** Says whether one of some texts holds `text`, ignoring case; what that takes is counted. */
export function searchIn(text: string, matching: Matching): (texts: readonly string[]) => boolean {
  const wanted = text.toLowerCase();
  return (texts) =>
    texts.some((value) => {
      matching.spend(Math.ceil(value.length / charactersPerStep));
      return value.toLowerCase().includes(wanted);
    });
}
