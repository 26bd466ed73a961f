/**
 * Templates of policies. Anypoint takes a configuration with wrong keys in silence, and the policy then does nothing
 * (confirmed as measured: LOOP), so keys and values are checked here, against the template as it is served for the instance.
 */
import { runInNewContext } from "node:vm";
import { Ajv2019 } from "ajv/dist/2019.js";
import { z } from "zod";
import { type InstancePlace, describeApi } from "./api-manager.ts";
import { type AnypointClient, path } from "./client.ts";
import { refusal } from "./errors.ts";

const listedProperty = z.looseObject({
  propertyName: z.string(),
  type: z.string().optional(),
  options: z.array(z.looseObject({ value: z.unknown() })).nullish(),
  optional: z.boolean().nullish(),
  allowMultiple: z.boolean().nullish(),
  defaultValue: z.unknown().optional(),
});

const template = z
  .looseObject({
    groupId: z.string(),
    assetId: z.string(),
    version: z.string().optional(),
    assetVersion: z.string().optional(),
    applicable: z.boolean().nullish(),
    // A list for older templates, a JSON Schema (draft 2019-09) for newer ones (confirmed: GEN).
    configuration: z.union([z.array(listedProperty), z.record(z.string(), z.unknown())]).nullish(),
  })
  .transform((row) => ({
    groupId: row.groupId,
    assetId: row.assetId,
    version: row.assetVersion ?? row.version ?? "",
    applicable: row.applicable ?? true,
    configuration: row.configuration ?? undefined,
  }));

export type PolicyTemplate = z.output<typeof template>;

export interface PolicyAsset {
  readonly groupId: string;
  readonly assetId: string;
}

/** All templates that Anypoint serves for an instance. */
const listTemplates = (client: AnypointClient, place: InstancePlace): Promise<PolicyTemplate[]> =>
  client.once(`policy templates of ${place.apiId}`, () =>
    client.json(
      {
        operation: "policyTemplates.list",
        subject: `the policy templates for ${describeApi(place)}`,
        method: "GET",
        path: path`/apimanager/xapi/v1/organizations/${place.organizationId}/exchange-policy-templates`,
        // With only one of the two some templates are missing (confirmed: DX-SKILL).
        query: { apiInstanceId: place.apiId, environmentId: place.environmentId },
      },
      z.array(template),
    ),
  );

/** The version of an asset's template that is asked for, else the newest; and all its versions, newest first. */
export async function findTemplate(
  client: AnypointClient,
  place: InstancePlace,
  asset: PolicyAsset,
  version?: string,
): Promise<{ readonly found: PolicyTemplate | undefined; readonly versions: readonly PolicyTemplate[] }> {
  const versions = (await listTemplates(client, place))
    .filter(({ groupId, assetId }) => groupId === asset.groupId && assetId === asset.assetId)
    .sort((a, b) => compareVersions(b.version, a.version));
  return {
    found: version === undefined ? versions[0] : versions.find((candidate) => candidate.version === version),
    versions,
  };
}

/**
 * The version that was asked for, else the newest that is served for the instance. Throws when there is none, or it does not
 * apply to the instance: the policy at hand then needs another client provider, or the instance another gateway.
 */
export async function resolveTemplate(
  client: AnypointClient,
  place: InstancePlace,
  asset: PolicyAsset,
  version?: string,
): Promise<PolicyTemplate> {
  const { found, versions } = await findTemplate(client, place, asset, version);
  const attempt = `Could not use policy ${asset.assetId}${version === undefined ? "" : ` ${version}`} on ${describeApi(place)}`;
  if (found === undefined) {
    const shown = versions.map((candidate) => candidate.version).join(", ");
    const todo =
      shown === ""
        ? "Anypoint serves no such template for this instance. Check group and asset id, that the connected app has read:api_policies and read:exchange, and that the instance is bound to an OpenID Connect client provider."
        : `Anypoint serves these versions for this instance: ${shown}. Pin one of them, or leave the version out.`;
    throw refusal("policyTemplates.list", `${attempt}: ${todo}`);
  }
  if (!found.applicable) {
    throw refusal(
      "policyTemplates.list",
      `${attempt}: Anypoint marks version ${found.version} as not applicable to this instance. Check that the instance is bound to an OpenID Connect client provider and that its gateway is recent enough, or pin another version.`,
    );
  }
  return found;
}

/** Newest last. Numbers are compared as numbers, and a pre-release goes before its release. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => {
    const [numbers = "", pre] = version.split("-", 2);
    return { numbers: numbers.split(".").map(Number), pre };
  }) as [{ numbers: number[]; pre?: string }, { numbers: number[]; pre?: string }];
  for (let index = 0; index < Math.max(a.numbers.length, b.numbers.length); index += 1) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  if (a.pre === b.pre) return 0;
  if (a.pre === undefined) return 1;
  if (b.pre === undefined) return -1;
  return a.pre < b.pre ? -1 : 1;
}

/** What is wrong with a configuration by its template; all of it, empty when nothing is. */
export function configurationProblems(
  configuration: Readonly<Record<string, unknown>>,
  { configuration: described, version }: PolicyTemplate,
): string[] {
  if (described === undefined) return [];
  const problems = Array.isArray(described)
    ? listProblems(configuration, described)
    : schemaProblems(configuration, described);
  return problems.map((problem) => `${problem} (template version ${version})`);
}

type ListedProperty = z.output<typeof listedProperty>;

function listProblems(
  configuration: Readonly<Record<string, unknown>>,
  properties: readonly ListedProperty[],
): string[] {
  const known = new Map(properties.map((property) => [property.propertyName, property]));
  const problems = unknownKeys(configuration, [...known.keys()]);
  for (const property of properties) {
    const value = configuration[property.propertyName];
    if (value === undefined) {
      if (property.optional === false && property.defaultValue === undefined) {
        problems.push(`${property.propertyName} is missing`);
      }
      continue;
    }
    const wanted = wantedValue(property);
    if (wanted !== undefined && !isExpression(value) && !wanted.fits(value)) {
      problems.push(`${property.propertyName} must be ${wanted.text}`);
    }
  }
  return problems;
}

/** DataWeave, evaluated by the gateway. */
const isExpression = (value: unknown): boolean => typeof value === "string" && value.startsWith("#[");

interface WantedValue {
  readonly text: string;
  readonly fits: (value: unknown) => boolean;
}

const NUMBER: WantedValue = { text: "a number", fits: (value) => typeof value === "number" };
const TEXT: WantedValue = { text: "text", fits: (value) => typeof value === "string" };

/** Types that say what they want; of others, such as `rateLimits`, nothing is known. */
const VALUES_OF_TYPE: Readonly<Record<string, WantedValue>> = {
  boolean: { text: "true or false", fits: (value) => typeof value === "boolean" },
  int: NUMBER,
  integer: NUMBER,
  number: NUMBER,
  string: TEXT,
  expression: TEXT,
};

function wantedValue({ type, options }: ListedProperty): WantedValue | undefined {
  if (options !== undefined && options !== null && options.length > 0) {
    const values = options.map((option) => option.value);
    const fits = (value: unknown) => (Array.isArray(value) ? value : [value]).every((one) => values.includes(one));
    return { text: `one of ${inWords(values)}`, fits };
  }
  return type === undefined ? undefined : VALUES_OF_TYPE[type];
}

/** JSON values as a list; texts and numbers bare. */
const inWords = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === "string" ? value : JSON.stringify(value))).join(", ");

/** In ms, for one text and one pattern. */
const PATTERN_TIME = 500;

/** A pattern of a template, which is given up where it takes its time: some never come to an end. */
function bounded(pattern: string, flags: string): { test: (text: string) => boolean; toString: () => string } {
  const expression = new RegExp(pattern, flags);
  return {
    // The library tells patterns apart by it.
    toString: () => String(expression),
    test: (text) =>
      runInNewContext("expression.test(text)", { expression, text }, { timeout: PATTERN_TIME }) as boolean,
  };
}
bounded.code = "bounded";

function schemaProblems(
  configuration: Readonly<Record<string, unknown>>,
  schema: Readonly<Record<string, unknown>>,
): string[] {
  const properties = schema.properties;
  const keys = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const unknown = unknownKeys(configuration, keys);
  // Unknown keys are reported above, whether or not the schema closes its object.
  const known = Object.fromEntries(Object.entries(configuration).filter(([key]) => keys.includes(key)));
  // With `$async` the verdict would come later, and as a rejection that nobody waits for.
  const { $schema: _, $id: __, $async: ___, ...rest } = schema;
  const ajv = new Ajv2019({
    ...{ allErrors: true, strict: false, validateFormats: false, logger: false },
    code: { regExp: bounded },
  });
  let validate;
  try {
    validate = ajv.compile(rest);
    if (validate(known)) return unknown;
  } catch {
    // A schema that the library can't read, or not come to an end with, must not keep anybody from working: the keys are checked.
    return unknown;
  }
  const wrong = (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const where = instancePath.slice(1).replaceAll("/", ".");
    const allowed = (params as { allowedValues?: unknown[] }).allowedValues;
    const what = `${message ?? "is not valid"}${allowed === undefined ? "" : `: ${inWords(allowed)}`}`;
    return where === "" ? what : `${where} ${what}`;
  });
  return [...unknown, ...new Set(wrong)];
}

const unknownKeys = (configuration: Readonly<Record<string, unknown>>, known: readonly string[]): string[] =>
  Object.keys(configuration)
    .filter((key) => !known.includes(key))
    .map((key) => `${key} is no key of this policy; it has ${known.join(", ") || "none"}`);
