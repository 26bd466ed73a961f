/** The scopes that docs/security.md and the README name are enough, and none is too many. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createApiInstance, deleteApiInstance, readApiInstance } from "../../../providers/anypoint/api-instance.ts";
import { createApiPolicy, deleteApiPolicy, readApiPolicy } from "../../../providers/anypoint/api-policy.ts";
import { ENFORCEMENT_POLICY, MULESOFT_GROUP } from "../../../providers/anypoint/api-policy-inputs.ts";
import type { AnypointClient } from "../../../providers/anypoint/client.ts";
import {
  createClientApplication,
  deleteClientApplication,
  readClientApplication,
} from "../../../providers/anypoint/client-application.ts";
import {
  createClientProvider,
  deleteClientProvider,
  readClientProvider,
} from "../../../providers/anypoint/client-provider.ts";
import { createContract, deleteContract, readContract } from "../../../providers/anypoint/contract.ts";
import {
  createEnvironmentAssignment,
  deleteEnvironmentAssignment,
  readEnvironmentAssignment,
} from "../../../providers/anypoint/environment-assignment.ts";
import { SCOPE, documentedScopes } from "../../documented-scopes.ts";
import { type World, startWorld } from "./world.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const documented = (who: string): string[] => documentedScopes("security.md", who);

let world: World;
beforeEach(async () => {
  // Refused rather than shown as empty, so that what is missing shows at once.
  world = await startWorld({ emptyListWithoutScope: false });
});
afterEach(() => world.close());

/** A client of a connected app of its own, with these scopes. */
function clientWith(scopes: readonly string[], clientId = "limited"): AnypointClient {
  const [app] = Object.values(world.anypoint.state.connectedApps);
  world.anypoint.state.connectedApps[clientId] = {
    ...app!,
    clientId,
    clientSecret: `${clientId}-secret-value`,
    scopes: [...scopes],
  };
  return world.client({ retries: 0 }, { clientId, clientSecret: `${clientId}-secret-value` });
}

const apiInputs = (clientProviderId: string) => ({
  environment: "Sandbox",
  assetId: "orders-api",
  assetVersion: "1.0.0",
  label: "okta",
  clientProviderId,
});

/** What an API team does with a provider that is there. */
async function protectAndConsume(client: AnypointClient, clientProviderId: string) {
  const api = await protect(client, clientProviderId);
  const consumer = await consume(client, clientProviderId, api.state);
  const read = async (reader: AnypointClient) => {
    await consumer.read(reader);
    await api.read(reader);
  };
  const remove = async () => {
    await consumer.remove();
    await api.remove();
  };
  return { read, remove };
}

async function protect(client: AnypointClient, clientProviderId: string) {
  const instance = await createApiInstance(client, apiInputs(clientProviderId));
  const { organizationId, environmentId, apiId } = instance.state;
  const policy = await createApiPolicy(client, {
    ...{ organizationId, environmentId, apiId, groupId: MULESOFT_GROUP, assetId: ENFORCEMENT_POLICY, disabled: false },
    configuration: { skipClientIdValidation: false, scopes: "", exposeHeaders: false },
  });
  const read = async (reader: AnypointClient) => {
    await readApiPolicy(reader, policy.id, policy.state);
    await readApiInstance(reader, instance.id, instance.state);
  };
  const remove = async () => {
    await deleteApiPolicy(client, policy.id, policy.state);
    await deleteApiInstance(client, instance.id, instance.state);
  };
  return { state: { organizationId, environmentId, apiId }, read, remove };
}

/** What a consumer's stack does with an API that is there. */
async function consume(
  client: AnypointClient,
  clientProviderId: string,
  api: Awaited<ReturnType<typeof protect>>["state"],
  approval: "approve" | "leave-pending" = "approve",
) {
  const application = await createClientApplication(client, {
    name: "orders-mobile",
    redirectUris: ["https://redirect-not-used.invalid/callback"],
    grantTypes: ["authorization_code", "client_credentials"],
    apiId: api.apiId,
    clientProviderId,
    deletion: "remove",
  });
  const contract = await createContract(client, {
    ...{ applicationId: application.id, ...api },
    ...{ groupId: api.organizationId, assetId: "orders-api", assetVersion: "1.0.0", productVersion: "v1" },
    approval,
    waitSeconds: 5,
  });
  const read = async (reader: AnypointClient) => {
    await readContract(reader, contract.id, contract.state);
    await readClientApplication(reader, application.id, application.state);
  };
  const remove = async () => {
    await deleteContract(client, contract.id, contract.state);
    await deleteClientApplication(client, application.id, application.state);
  };
  return { read, remove };
}

async function provide(client: AnypointClient) {
  const provider = await createClientProvider(client, world.providerInputs());
  const assignment = await createEnvironmentAssignment(client, {
    environment: "Sandbox",
    clientProviderId: provider.id,
    makeDefault: false,
  });
  const read = async (reader: AnypointClient) => {
    await readEnvironmentAssignment(reader, assignment.id, assignment.state);
    await readClientProvider(reader, provider.id, provider.state);
  };
  const remove = async () => {
    await deleteEnvironmentAssignment(client, assignment.id, assignment.state);
    await deleteClientProvider(client, provider.id, provider.state);
  };
  return { id: provider.id, read, remove };
}

async function wholePattern(client: AnypointClient): Promise<void> {
  const provider = await provide(client);
  const consumed = await protectAndConsume(client, provider.id);
  await provider.read(client);
  await consumed.read(client);
  await consumed.remove();
  await provider.remove();
}

const forbidden = async (work: Promise<unknown>): Promise<boolean> => {
  try {
    await work;
    return false;
  } catch (error) {
    expect((error as Error).message).toContain("Anypoint answered 403");
    return true;
  }
};

describe("the whole pattern", () => {
  const scopes = documented("`up` of the whole pattern");

  test("is made, read and deleted with the documented scopes, and the store is as before", async () => {
    const before = world.snapshot();
    const client = clientWith(scopes);
    await wholePattern(client);
    const { connectedApps: _, ...after } = world.snapshot() as Record<string, unknown>;
    const { connectedApps: __, ...former } = before as Record<string, unknown>;
    expect(after).toEqual(former);
  });

  test("the README names the same", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const section = readme.slice(readme.indexOf("### Scopes of the connected app"), readme.indexOf("## Configuration"));
    const named = new Set([...section.matchAll(SCOPE)].map(([, scope]) => scope));
    expect(named).toEqual(new Set(scopes));
  });
});

test("reading needs the reading scopes alone, and with them nothing can be written", async () => {
  const admin = world.client();
  const provider = await provide(admin);
  const consumed = await protectAndConsume(admin, provider.id);
  const reader = clientWith(documented("reading"));
  await provider.read(reader);
  await consumed.read(reader);
  const before = world.snapshot();
  expect(await forbidden(provide(clientWith(documented("reading"), "other")))).toBe(true);
  expect(await forbidden(createApiInstance(reader, { ...apiInputs(provider.id), label: "another" }))).toBe(true);
  const { connectedApps: _, ...after } = world.snapshot() as Record<string, unknown>;
  const { connectedApps: __, ...former } = before as Record<string, unknown>;
  expect(after).toEqual(former);
});

test("an API team makes and deletes its own part, and may not touch the provider", async () => {
  const provider = await provide(world.client());
  const team = clientWith(documented("an API team's stack"));
  const consumed = await protectAndConsume(team, provider.id);
  await consumed.read(team);
  await consumed.remove();
  expect(await forbidden(provide(team))).toBe(true);
});

describe("a consumer's stack", () => {
  const scopes = documented("a consumer's own stack");

  test("makes, reads and deletes its own part, and may touch neither API nor provider", async () => {
    const provider = await provide(world.client());
    const api = await protect(world.client(), provider.id);
    const team = clientWith(scopes);
    const consumer = await consume(team, provider.id, api.state, "leave-pending");
    await consumer.read(team);
    await consumer.remove();
    expect(await forbidden(provide(team))).toBe(true);
    expect(await forbidden(createApiInstance(team, { ...apiInputs(provider.id), label: "another" }))).toBe(true);
  });

  // The local Anypoint takes a writing scope for the reading one of its area, and asks read:exchange of API Manager's calls alone, so
  // the others can't be shown to be needed here.
  test.each(["read:organization", "create:client_applications", "manage:api_contracts"])(
    "not without %s",
    async (scope) => {
      expect(scopes).toContain(scope);
      const provider = await provide(world.client());
      const api = await protect(world.client(), provider.id);
      const team = clientWith(scopes.filter((each) => each !== scope));
      const whole = async () => {
        const consumer = await consume(team, provider.id, api.state, "leave-pending");
        await consumer.read(team);
        await consumer.remove();
      };
      await expect(whole()).rejects.toThrow(/Anypoint answered 403/);
    },
  );
});
