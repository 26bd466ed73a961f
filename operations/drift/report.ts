/** What was changed by hand, as Markdown: for a terminal, an issue, a mail. Ends in a newline. */
export function renderDrift(stack: string, shown: Readonly<Record<string, readonly string[]>>): string {
  const resources = Object.entries(shown).sort(([one], [other]) => (one < other ? -1 : 1));
  if (resources.length === 0) return `Stack ${stack}: both sides are as the last \`pulumi up\` left them.\n`;
  const rows = resources.map(([name, paths]) => `| ${name} | ${paths.map((path) => `\`${path}\``).join(", ")} |`);
  return [
    `Stack ${stack}: ${resources.length === 1 ? "one resource is" : `${resources.length} resources are`} not as the last \`pulumi up\` left them.`,
    "",
    "| resource | changed outside of Pulumi |",
    "|---|---|",
    ...rows,
    "",
    `Look: \`pulumi preview --stack ${stack} --refresh --run-program --diff\`. Put it back: \`pulumi up --stack ${stack} --refresh --run-program\`. Or take it over into the configuration.`,
    "",
  ].join("\n");
}
