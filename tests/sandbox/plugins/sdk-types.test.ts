/** The stand-ins held to the types, marks and documented defaults of the published SDKs, for what the product uses of them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { commandPlugin } from "../../../sandbox/plugins/command/provider.ts";
import type { Properties } from "../../../sandbox/plugins/grpc/properties.ts";
import { oktaPlugin } from "../../../sandbox/plugins/okta/provider.ts";
import { appOAuthProperties } from "../../../sandbox/plugins/okta/resources/app-oauth-properties.ts";
import { type Comparison, type Use, compare, readSdks } from "./sdk-types.ts";

const command = commandPlugin(async () => undefined);
const asOutputs = (results: Properties): Properties =>
  Object.fromEntries(Object.entries(results).map(([name, property]) => [name, { ...property, output: true }]));

/** Every type that the stand-ins serve: resources, functions (what they give counts as outputs), the configuration of the provider. */
const SERVED: Record<string, Properties> = {
  okta: oktaPlugin.configuration,
  ...Object.fromEntries(
    [...oktaPlugin.resources, ...command.resources].map(({ token, properties }) => [token, properties]),
  ),
  ...Object.fromEntries(
    oktaPlugin.functions.map(({ token, args, results }) => [token, { ...asOutputs(results), ...args }]),
  ),
};

/** Differences that stay: type, line, and why. One that no longer is there fails. */
const STAYING: [token: string, difference: RegExp, reason: string][] = [
  [
    "okta",
    /^(scopes|backoff|minWaitSeconds|maxWaitSeconds|maxRetries|parallelism|requestTimeout|maxApiCapacity|logLevel): an output that the SDK does not know$/,
    "of a provider the SDK declares only the texts as outputs, and nobody reads a provider's outputs",
  ],
  [
    "okta",
    /^requestTimeout: by default 0 in the SDK, undefined here$/,
    "none and 0 are the same to the plugin: no limit",
  ],
];

/** Inputs and outputs of the SDK that the stand-in leaves out. The product uses none of them. */
const LEFT_OUT: Record<string, { inputs: string[]; outputs: string[] }> = {
  "command:local:Command": { inputs: ["archivePaths", "assetPaths"], outputs: ["archive", "assets"] },
  "okta:app/oAuth:OAuth": {
    inputs: [
      ...["appLinksJson", "backchannelCustomAuthenticatorId", "frontchannelLogoutSessionRequired"],
      ...["frontchannelLogoutUri", "logo", "network", "participateSlo", "preconfiguredApp", "profile"],
    ],
    outputs: [],
  },
};

const UNUSED: Use = { inputs: new Set(), outputs: new Set() };

let sdks: ReturnType<typeof readSdks>;
let uses: ReadonlyMap<string, Use>;
let compared: Record<string, Comparison>;

function sdkType(token: string) {
  const type = sdks.type(token);
  if (type === undefined) throw new Error(`The SDKs have no ${token}.`);
  return type;
}

beforeAll(() => {
  sdks = readSdks();
  uses = sdks.uses();
  compared = Object.fromEntries(
    Object.entries(SERVED).map(([token, properties]) => [
      token,
      compare(properties, sdkType(token), uses.get(token) ?? UNUSED),
    ]),
  );
}, 300_000);

test("every type and function of the SDKs that the product uses is served", () => {
  expect([...uses.keys()].filter((token) => SERVED[token] === undefined)).toEqual([]);
  // The walk over the product sees something at all.
  expect(uses.get("okta:app/oAuth:OAuth")?.outputs).toEqual(new Set(["clientId", "clientSecret"]));
  expect(uses.get("command:local:Command")?.inputs).toContain("environment");
});

test("no type differs, but for what is listed; nothing is listed in vain", () => {
  const found = Object.entries(compared).flatMap(([token, { differences }]) =>
    differences.map((line) => ({ token, line })),
  );
  const covers = (entry: (typeof STAYING)[number], { token, line }: (typeof found)[number]) =>
    entry[0] === token && entry[1].test(line);
  expect(found.filter((one) => !STAYING.some((entry) => covers(entry, one)))).toEqual([]);
  expect(STAYING.filter((entry) => !found.some((one) => covers(entry, one)))).toEqual([]);
});

test("what is left out is what is written down", () => {
  const left = Object.entries(compared).flatMap(([token, { notTaken, notGiven }]) =>
    notTaken.length + notGiven.length === 0
      ? []
      : [[token, { inputs: [...notTaken].sort(), outputs: [...notGiven].sort() }] as const],
  );
  expect(Object.fromEntries(left)).toEqual(LEFT_OUT);
});

test("docs/sandbox.md says the numbers", async () => {
  const doc = (await readFile(join(import.meta.dirname, "../../../docs/sandbox.md"), "utf8")).replaceAll(/\s+/g, " ");
  const left = Object.values(LEFT_OUT).reduce((sum, { inputs }) => sum + inputs.length, 0);
  const types = oktaPlugin.resources.length + command.resources.length;
  for (const text of [
    `They serve ${types} resource types and ${oktaPlugin.functions.length} function`,
    `entries with a reason (${STAYING.length})`,
    `is ${left} inputs: ${LEFT_OUT["okta:app/oAuth:OAuth"]?.inputs.length} of \`app.OAuth\`, ${LEFT_OUT["command:local:Command"]?.inputs.length} of \`local.Command\``,
  ]) {
    expect(doc).toContain(text);
  }
});

test("what the SDKs mark to replace, and earlier names of types", () => {
  const marked = (of: "replaces" | "aliases") =>
    Object.fromEntries(
      Object.keys(SERVED).flatMap((token) => (sdkType(token)[of].length > 0 ? [[token, sdkType(token)[of]]] : [])),
    );
  expect(marked("replaces")).toEqual({ "command:local:Command": ["triggers"] });
  // The SDK tells the engine of it; the plugin never sees the earlier name.
  expect(marked("aliases")).toEqual({
    "okta:auth/serverPolicyRule:ServerPolicyRule": ["okta:auth/serverPolicyClaim:ServerPolicyClaim"],
  });
});

describe("each kind of difference is seen", () => {
  const OAUTH = "okta:app/oAuth:OAuth";
  const { label: _, jwks, clientSecret: __, ...rest } = appOAuthProperties;

  test.each<[string, Properties, string[]]>([
    [
      "an input too many",
      { labels: { type: "string" } },
      ["labels: an input that the SDK does not know", "labels: an output that the SDK does not know"],
    ],
    [
      "an input that is passed and not taken",
      rest,
      [
        "jwks: an input that the product passes, not taken here",
        "label: an input that the product passes, not taken here",
        "clientSecret: an output that the product reads, not given here",
      ],
    ],
    [
      "an input that is refused, and passed",
      { type: { type: "string", required: true, unsupported: true } },
      ["type: an input that the product passes, not taken here"],
    ],
    [
      "an input that is an output here",
      { label: { type: "string", output: true } },
      [
        "label: an input of the SDK that is an output here",
        "label: required by the SDK",
        "label: an input that the product passes, not taken here",
      ],
    ],
    ["a required mark too few", { type: { type: "string", replaces: true } }, ["type: required by the SDK"]],
    [
      "a required mark too many",
      { clientId: { type: "string", required: true } },
      ["clientId: not required by the SDK"],
    ],
    ["a secret mark too few", { clientSecret: { type: "string", output: true } }, ["clientSecret: secret in the SDK"]],
    [
      "a secret mark too many",
      { label: { type: "string", required: true, secret: true } },
      ["label: not secret in the SDK"],
    ],
    ["another type", { label: { type: "integer", required: true } }, ["label: string in the SDK, number here"]],
    ["other items", { grantTypes: { type: "set", items: "any" } }, ["grantTypes: string[] in the SDK, any[] here"]],
    [
      "other members",
      { jwks: { ...jwks!, fields: { ...jwks!.fields, kid: { type: "string" } } } },
      [
        "jwks: {e: string, kid!: string, kty!: string, n: string, x: string, y: string}[] in the SDK, {e: string, kid: string, kty!: string, n: string, x: string, y: string}[] here",
      ],
    ],
    [
      "another default",
      { userNameTemplateType: { type: "string", default: "CUSTOM" } },
      ["userNameTemplateType: by default BUILT_IN in the SDK, CUSTOM here"],
    ],
  ])("%s", (what, change, expected) => {
    const properties = change === rest ? rest : { ...appOAuthProperties, ...change };
    expect([what, compare(properties, sdkType(OAUTH), uses.get(OAUTH) ?? UNUSED).differences]).toEqual([
      what,
      expected,
    ]);
  });

  test("a replacement that is missing", () => {
    const token = "command:local:Command";
    const properties: Properties = { ...SERVED[token], triggers: { type: "list", items: "any" } };
    expect(compare(properties, sdkType(token), UNUSED).differences).toEqual(["triggers: replaces in the SDK"]);
  });
});
