/** What a change of the configuration would do to all consumers, in words. */
import { describe, expect, test } from "@jest/globals";
import { cutOffs } from "../../checks/cut-offs.ts";
import type { Expectations } from "../../checks/expectations.ts";

const FORMER: Expectations = {
  orgUrl: "https://acme.okta.com",
  protect: true,
  oktaScopes: [],
  manager: { label: "A", clientId: "manager-1" },
  inspector: { label: "B" },
  authorizationServer: { create: "apis", scopes: ["orders.read"], existingScopes: [] },
  clientProvider: { name: "okta" },
  environments: [],
  apis: [],
  applications: [],
};

const byHand = (id: string): Expectations => ({ ...FORMER, clientProvider: { name: "okta", adopted: true, id } });
const inspector = (appId: string): Expectations => ({
  ...FORMER,
  inspector: { label: "B", adopted: true, appId },
});

const CUTS: [what: string, former: Expectations, changes: Partial<Expectations>, said: RegExp][] = [
  ["another org", FORMER, { orgUrl: "https://other.okta.com" }, /orgUrl https:\/\/acme.* → https:\/\/other/],
  [
    "another client id",
    FORMER,
    { manager: { label: "A", clientId: "manager-2" } },
    /^App A.*replaced \(okta-anypoint:manager\.clientId manager-1 → manager-2\)/,
  ],
  ["an Inspector that is there", FORMER, inspector("0oa1"), /^App B.*the one of this stack → 0oa1/],
  ["another Inspector", inspector("0oa1"), inspector("0oa2"), /^App B.*0oa1 → 0oa2/],
  [
    "an existing server",
    FORMER,
    { authorizationServer: { id: "default", scopes: [], existingScopes: [] } },
    /one of this stack → default.*issuer.*The former server is deleted/,
  ],
  ["no server", FORMER, { authorizationServer: undefined }, /one of this stack → the org's own/],
  ["another provider", byHand("p1"), byHand("p2"), /^The APIs would be bound to another client provider .*p1 → p2/],
  [
    "no provider yet",
    byHand("p1"),
    { clientProvider: { name: "okta", adopted: true, waiting: true } },
    /assignments, APIs and consumers of this stack are deleted/,
  ],
];

describe("a change that cuts off consumers", () => {
  test.each(CUTS)("%s: refused with the way out where the stack is protected", (_what, former, changes, said) => {
    const found = cutOffs(former, { ...FORMER, ...changes });
    expect(found.map(({ status, seen }) => [status, seen])).toEqual([["fail", expect.stringMatching(said)]]);
    expect(found[0]?.whatToDo).toContain("okta-anypoint:protect to false");
  });

  test.each(CUTS)("%s: a warning where it is not", (_what, former, changes, said) => {
    const found = cutOffs(former, { ...FORMER, ...changes, protect: false });
    expect(found.map(({ status, seen }) => [status, seen])).toEqual([["warn", expect.stringMatching(said)]]);
    expect(found[0]?.whatToDo).toBeUndefined();
  });

  test("all of them are said at once", () => {
    const { manager, authorizationServer } = { ...CUTS[1]![2], ...CUTS[4]![2] };
    expect(cutOffs(FORMER, { ...FORMER, manager: manager!, authorizationServer })).toHaveLength(2);
  });
});

describe("no cut", () => {
  test("before the first `up`", () => {
    expect(cutOffs(undefined, FORMER)).toEqual([]);
  });

  test.each<[string, Expectations, Expectations]>([
    ["nothing changed", FORMER, FORMER],
    ["labels, names and the protection itself", FORMER, { ...FORMER, protect: false, inspector: { label: "C" } }],
    [
      "another name of the server",
      FORMER,
      { ...FORMER, authorizationServer: { create: "n", scopes: [], existingScopes: [] } },
    ],
    ["a provider is taken back from a person", byHand("p1"), FORMER],
    ["a provider is handed over to a person", FORMER, byHand("p1")],
    ["an Inspector is not named any more", inspector("0oa1"), FORMER],
  ])("%s", (_what, former, expected) => {
    expect(cutOffs(former, expected)).toEqual([]);
  });

  test("what an earlier release noted down says nothing of what it had not", () => {
    const { orgUrl: _o, protect: _p, ...older } = FORMER;
    expect(cutOffs(older, FORMER)).toEqual([]);
    const adopted = {
      ...older,
      inspector: { label: "B", adopted: true },
      clientProvider: { name: "okta", adopted: true },
    };
    expect(cutOffs(adopted, inspector("0oa1"))).toEqual([]);
    expect(cutOffs(adopted, byHand("p1"))).toEqual([]);
  });
});
