/** Texts that come from a vendor's answer, before anything is done with them. */

/** Lists and objects within each other, beyond which an answer is refused: recursions end far below it, and no vendor's come near. */
export const DEEPEST_JSON = 200;

/** A JSON text that is nested too deep. */
export class TooDeep extends Error {
  override readonly name = "TooDeep";

  constructor() {
    super(`it is nested more than ${DEEPEST_JSON} deep`);
  }
}

/** Parses JSON. Throws {@link TooDeep}, or a SyntaxError. */
export function parseJson(text: string): unknown {
  let depth = 0;
  let within = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (within) {
      if (character === "\\") index += 1;
      else if (character === '"') within = false;
    } else if (character === '"') within = true;
    else if (character === "[" || character === "{") {
      depth += 1;
      if (depth > DEEPEST_JSON) throw new TooDeep();
    } else if (character === "]" || character === "}") depth -= 1;
  }
  return JSON.parse(text);
}

/** Control characters but for tab and line break, and those that turn the direction of a text: a terminal obeys them. */
// eslint-disable-next-line no-control-regex
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text as a person may be shown it: nothing that a terminal obeys, and at most so many characters. */
export function printable(text: string, longest = 8000): string {
  // A cut goes first through what a person reads, so secrets are taken out before.
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return short.replace(/\r\n?/g, "\n").replace(COMMANDS, "\ufffd");
}
