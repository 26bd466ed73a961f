import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parse } from "yaml";
import { DEFAULTS_KEY, withDefaults } from "../../../config/defaults.ts";
import { merge, mergeOverDefaults } from "../../../operations/adopt/merge.ts";
import { Names } from "../../../operations/adopt/names.ts";
import { withValues } from "../../../operations/stack-file.ts";

describe("over what all stacks inherit", () => {
  const inherited = {
    manager: { modulusLength: 2048, adminRole: { type: "APP_ADMIN" } },
    clientProvider: { mode: "managed", timeoutSeconds: 5 },
    authorizationServer: { create: { name: "mulesoft-apis", audience: "api://mulesoft" }, scopes: ["custom_scope"] },
    rotation: { drainMinutes: 60 },
  };
  const config = (stored: Record<string, unknown>) => {
    const text: Record<string, string> = { [DEFAULTS_KEY]: JSON.stringify(inherited) };
    for (const [key, value] of Object.entries(stored)) text[`okta-anypoint:${key}`] = JSON.stringify(value);
    const own: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(withDefaults(text))) own[key.replace(/^.*:/, "")] = JSON.parse(value);
    return { own, stored, inherited };
  };
  const wanted = {
    manager: { label: "A", clientId: "0oa1" },
    clientProvider: { name: "p", environments: ["Sandbox"], adopt: true },
    rotation: { drainMinutes: 60 },
  };

  test("nothing of it is written", () => {
    expect(mergeOverDefaults(config({}), wanted)).toEqual({
      conflicts: [],
      values: {
        manager: { label: "A", clientId: "0oa1" },
        clientProvider: { name: "p", environments: ["Sandbox"], adopt: true },
      },
    });
  });

  test("it is not overwritten, as the stack's own values are not", () => {
    const { values, conflicts } = mergeOverDefaults(config({}), { clientProvider: { timeoutSeconds: 9 } });
    expect([values, conflicts.map(({ key }) => key)]).toEqual([{}, ["okta-anypoint:clientProvider.timeoutSeconds"]]);
  });

  test("a server that is there takes the place of the one that would be created", () => {
    const found = { authorizationServer: { id: "aus1", existingScopes: ["custom_scope"] } };
    const { values, conflicts } = mergeOverDefaults(config({}), found);
    expect({ values, conflicts }).toEqual({
      conflicts: [],
      values: { authorizationServer: { ...found.authorizationServer, create: null, scopes: null } },
    });
    expect(config(values).own.authorizationServer).toEqual(found.authorizationServer);
    expect(mergeOverDefaults(config(values), found)).toEqual({ values: {}, conflicts: [] });
  });

  test("a server that the stack itself would create is a contradiction", () => {
    const stored = { authorizationServer: { create: { audience: "api://mine" } } };
    const { conflicts } = mergeOverDefaults(config(stored), { authorizationServer: { id: "aus1" } });
    expect(conflicts).toEqual([
      expect.objectContaining({ key: "okta-anypoint:authorizationServer.create", decides: true }),
    ]);
  });
});

describe("merging into what is configured", () => {
  test("adds what is missing, and leaves alone what is the same in other words", () => {
    const own = {
      manager: { label: "A", clientId: "0oa1" },
      clientProvider: { name: "p", environments: ["Sandbox", { environment: "Dev", businessGroup: "Pay" }] },
      apis: [{ name: "orders", instanceId: "19", url: "https://api.acme.example" }],
    };
    const wanted = {
      manager: { label: "A", clientId: "0oa1", kid: "k" },
      clientProvider: { name: "p", environments: [{ environment: "Dev", businessGroup: "Pay" }, "Production"] },
      apis: [
        { name: "orders", instanceId: 19, policy: { policyId: 5 } },
        { name: "more", instanceId: 20 },
      ],
      inspector: { label: "B" },
    };
    expect(merge(own, wanted)).toEqual({
      conflicts: [],
      values: {
        manager: { label: "A", clientId: "0oa1", kid: "k" },
        clientProvider: {
          name: "p",
          environments: ["Sandbox", { environment: "Dev", businessGroup: "Pay" }, "Production"],
        },
        apis: [
          { name: "orders", instanceId: "19", url: "https://api.acme.example", policy: { policyId: 5 } },
          { name: "more", instanceId: 20 },
        ],
        inspector: { label: "B" },
      },
    });
  });

  test("overwrites nothing; what says which object is meant decides", () => {
    const own = {
      manager: { clientId: "mine", label: "Mine" },
      clientProvider: { timeoutSeconds: 7 },
      adopt: { managerApp: "0oaX" },
    };
    const wanted = {
      manager: { clientId: "0oa1", label: "A" },
      clientProvider: { timeoutSeconds: 10 },
      adopt: { managerApp: "0oa1" },
    };
    const { values, conflicts } = merge(own, wanted);
    expect(values).toEqual({});
    expect(conflicts.map(({ key, decides }) => [key, decides])).toEqual([
      ["okta-anypoint:manager.clientId", true],
      ["okta-anypoint:manager.label", false],
      ["okta-anypoint:clientProvider.timeoutSeconds", false],
      ["okta-anypoint:adopt.managerApp", true],
    ]);
  });

  test("a server or a scope that the configuration would make is a conflict", () => {
    const found = { authorizationServer: { id: "aus1", existingScopes: ["read"] } };
    const keys = (own: object) => merge({ authorizationServer: own }, found).conflicts.map(({ key }) => key);
    expect(keys({ create: { audience: "api://a" } })).toEqual(["okta-anypoint:authorizationServer.create"]);
    expect(keys({ id: "aus1", scopes: [{ name: "read" }] })).toEqual(["okta-anypoint:authorizationServer.scopes"]);
  });

  test("what was merged once is merged for good", () => {
    const tree = fc.dictionary(
      fc.constantFrom("manager", "clientProvider", "verification"),
      fc.dictionary(fc.constantFrom("name", "label", "clientId", "kid"), fc.oneof(fc.string(), fc.integer())),
    );
    fc.assert(
      fc.property(tree, tree, (own, wanted) => {
        const once = { ...own, ...merge(own, wanted).values };
        expect(merge(once, wanted).values).toEqual({});
      }),
    );
  });
});

describe("the stack's file", () => {
  const TEXT = `# Ours
encryptionsalt: v1:abc
config:
  # The org
  okta-anypoint:orgUrl: https://acme.okta.com # production
  okta-anypoint:apis:
  - name: orders # the first one
    environment: Sandbox
  okta:privateKey:
    secure: v1:xyz
`;

  test("keeps comments, order, quoting and indentation", () => {
    const changed = withValues(TEXT, {
      apis: [{ name: "orders", environment: "Sandbox", instanceId: 19 }, { name: "more" }],
      inspector: { label: "B" },
    });
    expect(changed).toBe(`# Ours
encryptionsalt: v1:abc
config:
  # The org
  okta-anypoint:orgUrl: https://acme.okta.com # production
  okta-anypoint:apis:
  - name: orders # the first one
    environment: Sandbox
    instanceId: 19
  - name: more
  okta:privateKey:
    secure: v1:xyz
  okta-anypoint:inspector:
    label: B
`);
  });

  test("one without any configuration, and a value that stands as JSON text", () => {
    expect(parse(withValues("", { inspector: { label: "B" } }))).toEqual({
      config: { "okta-anypoint:inspector": { label: "B" } },
    });
    const text = `config:\n  okta-anypoint:manager: '{"label":"A"}'\n`;
    expect(parse(withValues(text, { manager: { label: "A", kid: "k" } }))).toEqual({
      config: { "okta-anypoint:manager": { label: "A", kid: "k" } },
    });
  });
});

describe("names of entries", () => {
  test("fit into resource names, and are never given twice", () => {
    const names = new Names([{ name: "a-b" }], () => undefined);
    expect([names.of("1", "a b", "1"), names.of("2", "ä", "2"), names.of("1", "other", "1")]).toEqual([
      "a-b-1",
      "n-2",
      "a-b-1",
    ]);
  });
});
