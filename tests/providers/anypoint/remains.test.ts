/** What deleting an application says, in each mode of deletion. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createApiInstance } from "../../../providers/anypoint/api-instance.ts";
import {
  createClientApplication,
  deleteClientApplication,
  readClientApplication,
} from "../../../providers/anypoint/client-application.ts";
import type { ClientApplicationState } from "../../../providers/anypoint/client-application-wire.ts";
import { createClientProvider } from "../../../providers/anypoint/client-provider.ts";
import { ALL_SCOPES } from "../../../sandbox/anypoint/index.ts";
import { type World, startWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** Switches of the client provider by mode, as the components set them. */
const MODES = {
  keep: { allowLocalClientDeletion: false, allowExternalClientModification: false },
  anypoint: { allowLocalClientDeletion: true, allowExternalClientModification: false },
  everywhere: { allowLocalClientDeletion: true, allowExternalClientModification: true },
} as const;

/** Applications of these names in a mode. */
async function applications(mode: keyof typeof MODES, ...names: string[]) {
  const managerScopes = [
    "okta.clients.register",
    "okta.clients.read",
    ...(mode === "everywhere" ? ["okta.clients.manage"] : []),
  ];
  const { id: clientProviderId } = await createClientProvider(
    world.client(),
    world.providerInputs({ ...MODES[mode], managerScopes }),
  );
  const { id: apiId } = await createApiInstance(world.client(), {
    ...{ environment: "Sandbox", assetId: "orders-api", assetVersion: "1.0.0", label: "okta", clientProviderId },
  });
  const made: ClientApplicationState[] = [];
  for (const name of names) {
    const { state } = await createClientApplication(world.client(), {
      ...{ name, apiId, clientProviderId, stack: "dev", deletion: mode === "keep" ? "keep" : "remove" },
      ...{ grantTypes: ["authorization_code"], redirectUris: ["https://orders.acme.com/cb"] },
    });
    made.push(state);
  }
  return made;
}

/** Deletes all with one client, as one run of the engine does; gives what was told. */
async function remove(states: readonly ClientApplicationState[], client = world.client()) {
  const told: string[] = [];
  for (const state of states)
    await deleteClientApplication(client, state.applicationId, state, (line) => told.push(line));
  return told;
}
const oktaClients = () => Object.keys(world.okta.state.apps);

describe("deletion", () => {
  test("everywhere: nothing is said, and nothing is left", async () => {
    const states = await applications("everywhere", "one");
    expect(oktaClients()).toContain(states[0]?.clientId);
    expect(await remove(states)).toEqual([]);
    expect(oktaClients()).not.toContain(states[0]?.clientId);
  });

  test("anypoint: each client that stays is named, and the last line's command has all of them", async () => {
    const [one, two] = await applications("anypoint", "one", "two");
    if (one === undefined || two === undefined) throw new Error("no applications");
    const command = "To delete it: npm run orphans -- --stack dev";
    expect(await remove([one, two])).toEqual([
      `application "one" was deleted in Anypoint; its client ${one.clientId} stays in Okta (clientDeletion: anypoint). ${command} --client-id ${one.clientId} --remove`,
      `application "two" was deleted in Anypoint; its client ${two.clientId} stays in Okta (clientDeletion: anypoint). ${command} --client-id ${one.clientId} --client-id ${two.clientId} --remove`,
    ]);
    expect(oktaClients()).toEqual(expect.arrayContaining([one.clientId, two.clientId]));
  });

  test("keep: nothing is asked of Anypoint, and what stays on both sides is named", async () => {
    const [one] = await applications("keep", "one");
    if (one === undefined) throw new Error("no application");
    const position = world.journal.position;
    expect(await remove([one])).toEqual([
      expect.stringContaining(
        `application "one" (${one.applicationId}) stays in Anypoint, and its client ${one.clientId} in Okta (clientDeletion: keep)`,
      ),
    ]);
    expect(world.calls(position)).toEqual([]);
    expect(Object.keys(world.anypoint.state.applications)).toEqual([one.applicationId]);
    // What keeps it is the provider too: Anypoint itself would refuse.
    await expect(remove([{ ...one, deletion: "remove" }])).rejects.toThrow(
      /doesn't allow client deletion.*set okta-anypoint:clientProvider\.clientDeletion to anypoint or everywhere/s,
    );
  });

  test("a provider that can't be read leaves it open", async () => {
    const states = await applications("everywhere", "one");
    const app = { clientId: "narrow-app", clientSecret: "narrow-app-secret-value", name: "infrastructure" };
    world.anypoint.addConnectedApp({
      ...app,
      scopes: ALL_SCOPES.filter((scope) => !scope.includes("orgclientproviders")),
    });
    expect(await remove(states, world.client({}, app))).toEqual([expect.stringContaining("may stay in Okta")]);
  });

  test("everywhere, without okta.clients.manage: Okta refuses, the application stays, and the way out is told", async () => {
    const states = await applications("everywhere", "one");
    const provider = Object.values(world.anypoint.state.clientProviders)[0];
    if (provider?.privateKey === undefined) throw new Error("no private key");
    provider.privateKey.scopes = ["okta.clients.register", "okta.clients.read"];
    await expect(remove(states)).rejects.toThrow(
      /Could not delete application "one".*403.*if the identity provider refuses/s,
    );
    expect(Object.keys(world.anypoint.state.applications)).toEqual([states[0]?.applicationId]);
  });
});

test("a refresh that finds an application gone names its client; no line holds a secret", async () => {
  const [one] = await applications("anypoint", "one");
  if (one === undefined) throw new Error("no application");
  world.anypoint.state.applications = {};
  const told: string[] = [];
  const seen = await readClientApplication(world.client(), one.applicationId, one, (line) => told.push(line));
  expect(seen).toBeUndefined();
  expect(told).toEqual([expect.stringContaining(`its client ${one.clientId} may still be in Okta`)]);
  expect(told.join("")).not.toContain(one.clientSecret);
});
