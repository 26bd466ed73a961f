/** Resources taken out of an exported state. */
import { expect, test } from "@jest/globals";
import { type ExportedState, type StoredResource, without } from "../../../operations/repair-state/deployment.ts";

const urn = (name: string) => `urn:pulumi:dev::p::t::${name}`;
const resource = (name: string, more: Partial<StoredResource> & Record<string, unknown> = {}): StoredResource => ({
  urn: urn(name),
  type: "t",
  id: `id-of-${name}`,
  ...more,
});

const state = (...resources: StoredResource[]): ExportedState => ({ version: 3, deployment: { resources } });

test("what else refers to a resource forgets it, and all the rest stays as it was", () => {
  const app = resource("app");
  const other = resource("other", { outputs: { secret: { ciphertext: "v1:abc" } }, dependencies: [urn("root")] });
  const grants = resource("grants", {
    dependencies: [urn("app"), urn("other")],
    propertyDependencies: { appId: [urn("app")], issuer: [urn("other")], label: [] },
    deletedWith: urn("app"),
    replaceWith: [urn("app")],
    aliases: ["a"],
  });
  const before = state(resource("root"), app, other, grants);
  const copy = structuredClone(before);
  expect(without(before, new Set([app]))).toEqual(
    state(
      resource("root"),
      other,
      resource("grants", {
        dependencies: [urn("other")],
        propertyDependencies: { appId: [], issuer: [urn("other")], label: [] },
        replaceWith: [],
        aliases: ["a"],
      }),
    ),
  );
  expect(before).toEqual(copy);
});

test("the replaced one goes, and who refers to its URN means the one that stays", () => {
  const replaced = resource("app", { id: "old", delete: true });
  const user = resource("user", { dependencies: [urn("app")], deletedWith: urn("app") });
  const after = without(state(resource("app"), user, replaced), new Set([replaced]));
  expect(after).toEqual(state(resource("app"), user));
});

test("a state without resources stays one", () => {
  expect(without({ version: 3, deployment: null }, new Set())).toMatchObject({ deployment: { resources: [] } });
});
