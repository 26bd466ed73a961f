/** What is not as the last `up` left it, as Markdown: for a terminal, an issue, a mail. */
import type { Finding } from "../../checks/finding.ts";

export interface Looked {
  readonly stack: string;
  /** By the resource's name: what a refresh found changed, or `gone`. Undefined: the refresh failed. */
  readonly shown?: Readonly<Record<string, readonly string[]>>;
  /** What the doctor found. Undefined: it could not run. */
  readonly findings?: readonly Finding[];
}

/** 0: nothing is other than it was left; 1: something is; 2: not everything could be looked at. */
export function exitCodeOf({ shown, findings }: Looked): 0 | 1 | 2 {
  if (shown === undefined || findings === undefined) return 2;
  return Object.keys(shown).length === 0 && failures(findings).length === 0 ? 0 : 1;
}

/** Names of resources and properties, no values; of the doctor what fails. Ends in a newline. */
export function renderDrift(looked: Looked): string {
  const { stack, shown, findings } = looked;
  if (exitCodeOf(looked) === 0) {
    return `Stack ${stack}: both sides are as the last \`pulumi up\` left them, and the doctor finds nothing broken.\n`;
  }
  return `${[...ofRefresh(stack, shown), ...ofDoctor(stack, findings)].join("\n\n")}\n`;
}

function ofRefresh(stack: string, shown: Looked["shown"]): string[] {
  if (shown === undefined) {
    return [
      `Stack ${stack}: the refresh failed, so nothing is known of what was changed by hand. Why stands in the log.`,
    ];
  }
  const resources = Object.entries(shown).sort(([one], [other]) => (one < other ? -1 : 1));
  if (resources.length === 0) return [`Stack ${stack}: a refresh finds nothing changed.`];
  return [
    `Stack ${stack}: ${resources.length === 1 ? "one resource is" : `${resources.length} resources are`} not as the last \`pulumi up\` left them.`,
    table(
      ["resource", "changed outside of Pulumi"],
      resources.map(([name, paths]) => [name, paths.map((path) => `\`${path}\``).join(", ")]),
    ),
    `Look: \`pulumi preview --stack ${stack} --refresh --run-program --diff\`. Put it back: \`pulumi up --stack ${stack} --refresh --run-program\`. Or take it over into the configuration.`,
  ];
}

function ofDoctor(stack: string, findings: Looked["findings"]): string[] {
  if (findings === undefined) return [`The doctor could not run; \`npm run doctor -- --stack ${stack}\` says why.`];
  const failed = failures(findings);
  if (failed.length === 0) return ["The doctor finds nothing broken."];
  const rows = failed.map(({ side, title, code = "", seen, whatToDo = "" }) => [
    ...[`${side}: ${title}`, code, seen, whatToDo],
  ]);
  return [
    `The doctor (\`npm run doctor -- --stack ${stack}\`) fails:`,
    table(["check", "cause", "what was seen", "what to do"], rows),
  ];
}

const failures = (findings: readonly Finding[]): Finding[] => findings.filter(({ status }) => status === "fail");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** What others wrote can neither end a cell nor be a link, an image, markup or a mention. */
const inCell = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[|<>[\]]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/@(?=\w)/g, "@\u200b");
