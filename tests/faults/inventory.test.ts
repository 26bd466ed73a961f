import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { compare, takeInventory } from "./inventory.ts";
import { addOthers } from "./settings.ts";

let labs: Lab[];
beforeAll(async () => {
  labs = await Promise.all([startLab(), startLab()]);
  labs.forEach(addOthers);
});
afterAll(() => Promise.all(labs.map((lab) => lab.close())));

const ALIKE = { more: [], fewer: [], unlike: [] };

/** How one lab is unlike the other after a change of its stores. */
function unlikeness(change: (state: Lab["anypoint"]["state"], okta: Lab["okta"]["state"]) => void) {
  const [one, other] = labs as [Lab, Lab];
  const [anypoint, okta] = [structuredClone(other.anypoint.state), structuredClone(other.okta.state)];
  change(anypoint, okta);
  return compare(takeInventory(one), takeInventory({ okta: { state: okta }, anypoint: { state: anypoint } }));
}

const only = <T>(records: Record<string, T>): T => Object.values(records).at(-1)!;

test("two labs, with other ids, keys, secrets and times, are alike", () => {
  expect(unlikeness(() => undefined)).toEqual(ALIKE);
});

test("a second object of the same name is more, one that is gone is fewer", () => {
  const doubled = unlikeness((_, { apps }) => {
    const app = only(apps);
    apps["0oaAAAAAAAAAAAAAAAAA"] = { ...app, id: "0oaAAAAAAAAAAAAAAAAA" };
  });
  expect(doubled).toEqual({ ...ALIKE, more: [expect.stringContaining("okta apps")] });
  const gone = unlikeness(({ clientProviders }) => {
    for (const id of Object.keys(clientProviders)) delete clientProviders[id];
  });
  expect(gone.fewer).toEqual([expect.stringContaining("anypoint clientProviders")]);
});

test("what names another object, key or secret is unlike", () => {
  const secret = unlikeness(({ clientProviders, connectedApps }) => {
    only(clientProviders).oidc.primary_client.secret = only(connectedApps).clientSecret;
  });
  expect(secret).toEqual({ ...ALIKE, unlike: [expect.stringContaining("<secret of connected app infrastructure>")] });
  const key = unlikeness((_, { apps }) => {
    only(apps).accessPolicyId = only(apps).id;
  });
  expect(key.unlike).toEqual([expect.stringMatching(/^okta apps: accessPolicyId "<app Pulumi>" in place of/)]);
});

describe("the state", () => {
  const deployment = (resources: object[], more: object = {}) => ({ version: 3, deployment: { resources, ...more } });
  const resource = (name: string, more: object = {}) => ({
    ...{ urn: `urn:pulumi:s::p::a:b:C::${name}`, type: "a:b:C", id: "x", created: "2026-01-01T00:00:00Z" },
    ...more,
  });
  const look = (...of: ReturnType<typeof deployment>[]) => {
    const [expected, actual] = of.map((one) => takeInventory(labs[0]!, one));
    return compare(expected!, actual!);
  };

  test("the order of dependencies and times are no difference", () => {
    const one = resource("one", { dependencies: ["u1", "u2"] });
    const other = resource("one", { dependencies: ["u2", "u1"], created: "2027-01-01T00:00:00Z" });
    expect(look(deployment([one]), deployment([other]))).toEqual(ALIKE);
  });

  test("the access policy that an import read is none, where the plugin has no more to do with it", () => {
    const app = (inputs: object, outputs: object) => deployment([resource("app", { inputs, outputs })]);
    const skipped = { skipAuthenticationPolicy: true };
    const imported = { label: "A", authenticationPolicy: "rst1" };
    expect(look(app(skipped, { label: "A" }), app(skipped, imported))).toEqual(ALIKE);
    expect(look(app(skipped, { label: "B" }), app(skipped, imported)).unlike).toHaveLength(1);
    expect(look(app({}, { label: "A" }), app({}, imported)).unlike).toHaveLength(1);
  });

  test("a resource it does not know, one that is not well, and a pending operation are", () => {
    const both = deployment([resource("one"), resource("two")]);
    expect(look(both, deployment([resource("one")])).fewer).toEqual([expect.stringContaining("C two")]);
    const unwell = deployment([resource("one"), resource("two", { initErrors: ["why"] })]);
    expect(look(both, unwell).unlike).toEqual([expect.stringContaining("initErrors")]);
    const pending = deployment([resource("one"), resource("two")], { pending_operations: [{ type: "creating" }] });
    expect(look(both, pending).more).toEqual([expect.stringContaining("pending operations")]);
  });
});
