/** The table of docs/operations.md, "What replaces what", by `up`s of the real engine: every row, compared exactly. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { z } from "zod";
import { stackConfig } from "../../config/schema.ts";
import { CHANGES, type Draft, configOf, draft } from "./config-changes.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

jest.setTimeout(120_000);

/** The table's names of the resources. What is not among them has no substance, or is no object of the two organizations. */
const OBJECTS: readonly [name: string, resource: RegExp][] = [
  ["App A", /^okta-anypoint-manager-app$/],
  ["its key", /^okta-anypoint-manager-key$/],
  ["its grants", /^okta-anypoint-manager-scopes$/],
  ["its role", /^okta-anypoint-manager-role-assignment$/],
  ["App B", /^okta-anypoint-inspector-app$/],
  ["server", /^okta-anypoint-tokens-server$/],
  ["scopes", /^okta-anypoint-tokens-scope-/],
  ["access policy", /^okta-anypoint-tokens-policy$/],
  ["access rule", /^okta-anypoint-tokens-rule$/],
  ["client provider", /^okta-anypoint-client-provider-provider$/],
  ["assignment", /^okta-anypoint-client-provider-(?!provider$)/],
  ["API instance", /^okta-anypoint-api-.*-instance$/],
  ["API policy", /^okta-anypoint-api-.*-policy$/],
  ["application", /^okta-anypoint-(consumer-.*|probe)-application$/],
  ["contract", /^okta-anypoint-consumer-.*-contract$/],
  ["Okta login", /^okta$/],
];
const SECRETS = ["registrationHeader", "inspectorClientSecret"];
const VERBS: Readonly<Record<string, string>> = {
  update: "updates",
  replace: "replaces",
  create: "makes",
  delete: "deletes",
};

interface Row {
  readonly change: string;
  /** `updates App A` and the like. */
  readonly effects: readonly string[];
}

/** The section of the document. */
function section(): string {
  const doc = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
  const [, rest = ""] = doc.split("\n## What replaces what, and what is protected\n");
  return rest.split("\n## ")[0] ?? "";
}

function tableRows(): Row[] {
  const lines = section().split("\n");
  const cells = lines.flatMap((line) => (line.startsWith("| `") ? [line.slice(2).split(" | ")] : []));
  return cells.map(([change = "", effects = ""]) => ({ change: change.trim(), effects: effectsOf(effects.trim()) }));
}

/** Every key of the schema below `okta-anypoint:`, those inside of objects and lists too. */
function keysOf(schema: JsonSchema): string[] {
  const members = Object.entries(schema.properties ?? {});
  const below = [
    ...members.map(([, member]) => member),
    ...(schema.items ? [schema.items] : []),
    ...(schema.anyOf ?? []),
  ];
  return [...members.map(([key]) => key), ...below.flatMap(keysOf)];
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** Members of what the table names as a whole. */
const PARTS = [
  ...["type", "resourceSet", "role", "methodPath", "methodValue", "clientIdPath", "privateKeyPath", "scopesPath"],
  ...["scopesFormat", "managerApp", "managerGrants", "managerRole", "serverScopes", "accessPolicy", "accessRule"],
];

/** Of `updates App A, its key; makes scopes` each by itself. */
const effectsOf = (cell: string): string[] =>
  cell === "nothing"
    ? []
    : cell.split("; ").flatMap((part) => {
        const [verb = "", ...objects] = part.split(/(?<=^\w+) |, /);
        return objects.map((object) => `${verb} ${object}`);
      });

/** Rows whose objects have nothing in common are looked at together: each `up` takes seconds. */
function grouped(rows: readonly Row[]): Row[][] {
  const groups: Row[][] = [];
  const objects = ({ effects }: Row) => effects.map((effect) => effect.slice(effect.indexOf(" ") + 1));
  for (const row of rows) {
    const group = groups.find((others) => !others.flatMap(objects).some((object) => objects(row).includes(object)));
    if (group === undefined) groups.push([row]);
    else group.push(row);
  }
  return groups;
}

const ROWS = tableRows();

test("the table has the rows that are looked at, and no others", () => {
  expect(ROWS.map(({ change }) => change).sort()).toEqual(Object.keys(CHANGES).sort());
  const known = OBJECTS.map(([name]) => name);
  const named = ROWS.flatMap(({ effects }) => effects.map((effect) => effect.split(" ").slice(1).join(" ")));
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

test("the section names every key of the configuration", () => {
  const keys = new Set(keysOf(z.toJSONSchema(stackConfig, { io: "input", unrepresentable: "any" }) as JsonSchema));
  expect(keys.size).toBeGreaterThan(50);
  const named = new Set(section().match(/\w+/g));
  expect([...keys].filter((key) => !named.has(key) && !PARTS.includes(key))).toEqual([]);
});

describe("what the engine does", () => {
  let bench: Bench;
  let good: { okta: unknown; anypoint: unknown; deployment: Awaited<ReturnType<Bench["stack"]["exportStack"]>> };

  beforeAll(async () => {
    bench = await startBench(configOf(draft()));
    await bench.stack.up(recorded(bench));
    const { okta, anypoint } = bench.lab;
    const { assets } = anypoint.state;
    const [asset] = Object.values(assets).filter(({ assetId }) => assetId === "orders-api");
    assets[`${asset!.groupId}/orders-api/1.1.0`] = { ...asset!, version: "1.1.0" };
    good = structuredClone({
      ...{ okta: okta.state, anypoint: anypoint.state },
      deployment: await bench.stack.exportStack(),
    });
  });
  afterAll(() => bench.close());

  beforeEach(async () => {
    const { okta, anypoint } = structuredClone(good);
    Object.assign(bench.lab.okta.state, okta);
    Object.assign(bench.lab.anypoint.state, anypoint);
    await bench.stack.importStack(good.deployment);
  });

  async function configure(changed: Draft): Promise<void> {
    const none = Object.fromEntries(
      [...SECRETS, "exportConsumerSecrets", "okta:maxRetries", "anypoint:organizationId"].map((key) => [
        key,
        undefined,
      ]),
    );
    const plain = Object.entries(changed).filter(([key]) => !SECRETS.includes(key));
    await bench.configure(configOf({ ...none, ...Object.fromEntries(plain) } as Draft));
    for (const key of SECRETS) {
      const value = changed[key];
      if (typeof value === "string") await bench.stack.setConfig(`okta-anypoint:${key}`, { value, secret: true });
    }
  }

  test.each(grouped(ROWS).map((group) => [group.map(({ change }) => change).join(" and "), group] as const))(
    "%s",
    async (_changes, group) => {
      const changed = draft();
      for (const { change } of group) CHANGES[change]?.(changed, bench.lab);
      await configure(changed);
      bench.events.length = 0;
      await bench.stack.up(recorded(bench));
      const steps = bench.events.flatMap(({ resourcePreEvent: event }) =>
        event === undefined ? [] : [event.metadata],
      );
      const done = steps.flatMap(({ op, urn }) => {
        const name = OBJECTS.find(([, resource]) => resource.test(urn.slice(urn.lastIndexOf("::") + 2)))?.[0];
        const verb = VERBS[String(op)];
        return name === undefined || verb === undefined ? [] : [`${verb} ${name}`];
      });
      expect([...new Set(done)].sort()).toEqual(group.flatMap(({ effects }) => effects).sort());
    },
  );
});
