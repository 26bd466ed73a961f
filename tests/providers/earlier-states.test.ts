/** States as earlier releases wrote them must be understood for ever: `refresh` and `destroy` run today's code on them. */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { handler } from "../../providers/index.ts";
import { CONNECTED_APP, type World, startWorld } from "./anypoint/world.ts";

interface SavedResource {
  readonly handler: string;
  readonly id: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

const FOLDER = join(import.meta.dirname, "states");

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

/** The objects in Anypoint to which a saved state belongs, with the ids of that state, and the rest of its texts. */
function restore(release: string): SavedResource[] {
  const { apiInstances, clientProviders } = world.anypoint.state;
  const inputs = world.providerInputs();
  const created = { createdAt: "2026-01-01T00:00:00.000Z" };
  clientProviders[ID.provider] = {
    ...{ providerId: ID.provider, organizationId: world.organizationId, name: "okta-dev" },
    type: { name: "openid-dynamic-client" },
    allow_untrusted_certificates: false,
    oidc: {
      issuer: inputs.issuer,
      client: { urls: { register: inputs.registrationUrl } },
      primary_client: { id: inputs.inspectorClientId, secret: inputs.inspectorClientSecret },
      urls: { authorize: inputs.authorizeUrl, token: inputs.tokenUrl, introspect: inputs.introspectionUrl },
      ...{ allow_local_client_deletion: true, allow_external_client_modification: false, client_request_timeout: 5000 },
    },
    privateKey: {
      clientId: inputs.managerClientId,
      privateKey: inputs.managerPrivateKey,
      scopes: ["okta.clients.read"],
    },
    grantTypes: ["authorization_code"],
  };
  const legacy = apiInstances[world.legacyApiId];
  const environment = world.anypoint.state.environments[world.environmentId];
  if (legacy === undefined || environment === undefined) throw new Error("the world is not as it was");
  environment.clientProviderIds = [ID.provider];
  apiInstances[ID.api] = { ...legacy, id: Number(ID.api), instanceLabel: "okta", providerId: ID.provider };
  world.anypoint.state.policies[ID.policy] = {
    ...{ id: Number(ID.policy), apiId: Number(ID.api), groupId: "68ef9520-24e9-4cf2-b2f5-620025690913" },
    ...{ assetId: "openidconnect-access-token-enforcement", assetVersion: "1.6.0", order: 1, disabled: false },
    ...{ configurationData: { skipClientIdValidation: false, scopes: "orders.read" }, pointcutData: null, ...created },
  };
  world.anypoint.state.applications[ID.application] = {
    ...{ id: Number(ID.application), name: "orders-mobile", description: null, url: null, clientId: "0oaclient" },
    ...{ redirectUri: ["https://orders.acme.com/cb"], grantTypes: ["authorization_code"], providerId: ID.provider },
    ...{ clientSecret: "client-secret", createdBy: CONNECTED_APP.clientId, ...created },
  };
  world.anypoint.state.contracts[ID.contract] = {
    ...{ id: Number(ID.contract), applicationId: Number(ID.application), apiId: Number(ID.api), status: "APPROVED" },
    ...{ tierId: null, requestedTierId: null, approvedDate: null, rejectedDate: null, revokedDate: null, ...created },
  };
  const texts: Record<string, string> = {
    organizationId: world.organizationId,
    environmentId: world.environmentId,
    okta: world.oktaUrl,
    managerPrivateKey: JSON.stringify(inputs.managerPrivateKey).slice(1, -1),
  };
  const saved = readFileSync(join(FOLDER, `${release}.json`), "utf8").replaceAll(
    /<(\w+)>/g,
    (_, name: string) => texts[name] ?? "",
  );
  return JSON.parse(saved) as SavedResource[];
}

const ID = {
  provider: "5f0b1f4e-7f0c-4a53-9f55-0d8f2a7d9c11",
  api: "19500001",
  policy: "19500002",
  application: "19500003",
  contract: "19500004",
};

const releases = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ""));

describe.each(releases)("release %s", (release) => {
  test("nothing changes, a refresh finds nothing, and a destroy leaves nothing", async () => {
    const before = world.snapshot();
    const saved = restore(release);
    for (const { handler: name } of saved) {
      const config: Record<string, string> = {
        "anypoint:host": world.url,
        "anypoint:clientId": CONNECTED_APP.clientId,
        "anypoint:clientSecret": CONNECTED_APP.clientSecret,
      };
      await handler(name).configure({ config: { get: (key) => config[key], require: (key) => config[key] ?? "" } });
    }
    for (const { handler: name, id, inputs, outputs } of saved) {
      expect([name, await handler(name).check(inputs, inputs)]).toEqual([name, { inputs, failures: [] }]);
      expect([name, await handler(name).diff(id, outputs, inputs)]).toEqual([
        name,
        { changes: false, replaces: [], deleteBeforeReplace: false },
      ]);
      expect([name, await handler(name).read(id, outputs)]).toEqual([name, { id, props: outputs, inputs }]);
    }
    for (const { handler: name, id, outputs } of saved.toReversed()) await handler(name).delete(id, outputs);
    expect(world.snapshot()).toEqual(before);
  });
});
