/** What was learned, as text for people and as JSON for programs. No secret is in either. */
import type { AllNames } from "../../providers/anypoint/private-key-block.ts";
import type { Mapping } from "./mapping.ts";
import type { ReadProvider } from "./read.ts";
import type { TryOut } from "./try-out.ts";
import { ROOT, type Leaf, placeOf } from "./unpublished.ts";

export interface LearnReport {
  readonly provider: { readonly id: string; readonly name: string; readonly organizationId: string };
  /** Every name; undefined when a part was not found. */
  readonly names?: AllNames;
  /** What the configuration has to say, `okta-anypoint:clientProvider.privateKeyBlock`; empty when the default fits. */
  readonly privateKeyBlock: Partial<AllNames>;
  readonly clientId?: string;
  readonly scopes?: readonly string[];
  readonly doubts: readonly string[];
  /** Unpublished places that are no part of the block, with what lies there in a word. */
  readonly others: readonly { readonly place: string; readonly value: string }[];
  readonly check?: TryOut;
}

export function learnReport({ id, name, organizationId }: ReadProvider, mapping: Mapping, check?: TryOut): LearnReport {
  return {
    provider: { id, name, organizationId },
    ...(mapping.names && { names: mapping.names }),
    privateKeyBlock: mapping.overrides,
    ...(mapping.clientId !== undefined && { clientId: mapping.clientId }),
    ...(mapping.scopes && { scopes: mapping.scopes }),
    doubts: mapping.doubts,
    others: mapping.others.map((leaf) => ({ place: placeOf(leaf), value: inAWord(leaf) })),
    ...(check && { check }),
  };
}

/** Texts are not shown: one of unknown meaning may be a secret. */
function inAWord({ value }: Leaf): string {
  if (typeof value === "boolean" || typeof value === "number") return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : "a text";
}

/** Whether everything was found and nothing is in doubt, and the check, if there was one, held. */
export const isSure = ({ names, doubts, check }: LearnReport): boolean =>
  names !== undefined && (check === undefined ? doubts.length === 0 : check.ok && check.deleted);

export function renderLearnReport(report: LearnReport): string {
  const { provider, names, privateKeyBlock, doubts, others, check } = report;
  const lines = [`Client provider "${provider.name}", id ${provider.id}, of organization ${provider.organizationId}`];
  if (names !== undefined) {
    const method =
      names.methodPath === "" ? "nothing names it" : `${names.methodPath} = ${JSON.stringify(names.methodValue)}`;
    lines.push(
      `The private-key block, below ${ROOT}:`,
      `  method       ${method}`,
      `  client id    ${names.clientIdPath}`,
      `  private key  ${names.privateKeyPath} (not shown)`,
      `  scopes       ${names.scopesPath}, ${names.scopesFormat === "array" ? "a list" : "one text"}: ${(report.scopes ?? []).join(" ")}`,
    );
  }
  if (others.length > 0) {
    lines.push("Unpublished as well, and no part of it:", ...others.map(({ place, value }) => `  ${place}: ${value}`));
  }
  if (doubts.length > 0) lines.push("In doubt:", ...doubts.map((doubt) => `  - ${doubt}`));
  lines.push("", ...advice(names, privateKeyBlock));
  if (check !== undefined) lines.push("", ...told(check));
  return `${lines.join("\n")}\n`;
}

function advice(names: AllNames | undefined, overrides: Partial<AllNames>): string[] {
  if (names === undefined) {
    return [
      'No names can be proposed. Was the provider made with "Use OAuth2 private key jwt"? --read-secrets asks Anypoint for the key itself, to know',
      "it by its form; --manager-client-id names the client id. Else read what the console sends on Save (the browser's network view).",
    ];
  }
  if (Object.keys(overrides).length === 0) return ["These are the default names: nothing has to be configured."];
  return [
    "Put this into the stack's YAML file, with what is under okta-anypoint:clientProvider already:",
    "",
    yaml(overrides),
  ];
}

/** The configuration to paste. JSON texts are YAML texts. */
export const yaml = (overrides: Partial<AllNames>): string =>
  [
    "okta-anypoint:clientProvider:",
    "  privateKeyBlock:",
    ...Object.entries(overrides).map(([key, value]) => `    ${key}: ${JSON.stringify(value)}`),
  ].join("\n");

const told = ({ name, ok, problem, deleted, leftOver }: TryOut): string[] => [
  ok
    ? `Checked: client provider "${name}" was made with these names, and read back as written.`
    : `The check failed on client provider "${name}": ${problem ?? ""}`,
  deleted
    ? "It is deleted again."
    : `It could NOT be deleted again: ${leftOver ?? ""} Delete "${name}" in Access Management, Client Providers.`,
];
