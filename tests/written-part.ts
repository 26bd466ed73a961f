/** A part of a document that a command writes, between two marker lines: `<!-- NAME: begin, written by `COMMAND` -->` and `<!-- NAME: end -->`. */

/** The document with another text in its part. Throws where the two marker lines are not there. */
export function withPart(document: string, name: string, command: string, text: string): string {
  const begin = `<!-- ${name}: begin, written by \`${command}\` -->`;
  const close = `<!-- ${name}: end -->`;
  const at = document.indexOf(begin);
  const end = document.indexOf(close);
  if (at < 0 || end < at) {
    throw new Error(`The document has not these two lines, one after the other: ${begin} and ${close}`);
  }
  return `${document.slice(0, at)}${begin}\n\n${text.trim()}\n\n${document.slice(end)}`;
}
