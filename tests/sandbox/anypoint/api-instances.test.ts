import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type LocalAnypoint,
  OIDC_POLICY_BODY,
  addInstance,
  addProvider,
  apisPath,
  applicationBody,
  applicationsPath,
  contractBody,
  instanceBody,
  localAnypoint,
  staticHeaderProvider,
} from "./local-anypoint.ts";

let anypoint: LocalAnypoint;
let provider: string;
beforeEach(async () => {
  anypoint = await localAnypoint();
  provider = await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
});

const create = (body: unknown) => anypoint.call("POST", apisPath(anypoint), body);

describe("creation", () => {
  test("answers 201; the instance is unregistered until a gateway reports it", async () => {
    const { status, body } = await create(instanceBody(anypoint, provider, "dev"));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(Number),
      organizationId: anypoint.root,
      environmentId: anypoint.sandbox,
      instanceLabel: "dev",
      assetVersion: "1.0.0",
      productVersion: "v1",
      providerId: provider,
      technology: "mule4",
      status: "unregistered",
      lastActiveDate: null,
      endpoint: { deploymentType: "CH2" },
    });
    anypoint.service.reportInstance(body.id);
    const seen = await anypoint.call("GET", `${apisPath(anypoint)}/${body.id}`);
    expect(seen.body).toMatchObject({ status: "active", lastActiveDate: expect.any(String) });
  });

  test("without providerId the built-in provider is taken, not the environment's default", async () => {
    await anypoint.call(
      "PUT",
      `/accounts/api/organizations/${anypoint.root}/environments/${anypoint.sandbox}/clientManagementProviders`,
      { suggestedClientManagementProviderIds: [provider] },
    );
    const { providerId: _, ...body } = instanceBody(anypoint, null, "dev") as Record<string, unknown>;
    expect((await create(body)).body.providerId).toBeNull();
  });

  test("refuses a second instance with the same label of the asset with 409", async () => {
    expect((await create(instanceBody(anypoint, null, "legacy"))).status).toBe(409);
    expect((await create(instanceBody(anypoint, null, null))).status).toBe(201);
    expect((await create(instanceBody(anypoint, null, null))).status).toBe(201);
  });

  test("an asset that Exchange doesn't have is a 404", async () => {
    const body = {
      ...instanceBody(anypoint, null, "dev"),
      spec: { groupId: anypoint.root, assetId: "x", version: "1.0.0" },
    };
    const { status, body: refusal } = await create(body);
    expect(status).toBe(404);
    expect(refusal).toMatchObject({ name: "NotFoundError", message: expect.stringContaining("x") });
  });

  test.each([
    ["no spec", { spec: undefined }, ".spec", "required"],
    ["an endpoint without its three members", { endpoint: {} }, ".endpoint.uri", "required"],
    ["an unknown technology", { technology: "mule5" }, ".technology", "invalid"],
    ["an unknown provider", { providerId: "unknown" }, ".providerId", "invalid"],
  ])("refuses %s", async (_, change, dataPath, keyword) => {
    const { status, body } = await create({ ...instanceBody(anypoint, null, "dev"), ...change });
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({ type: "ValidationError", dataPath, keyword, message: expect.any(String) });
  });

  test("an environment of another organization is a 404", async () => {
    const path = apisPath(anypoint).replace(anypoint.root, anypoint.group);
    expect((await anypoint.call("POST", path, instanceBody(anypoint, null, "dev"))).status).toBe(404);
  });
});

describe("list", () => {
  test("is by assets, with filters", async () => {
    const id = await addInstance(anypoint, provider, "dev");
    const all = await anypoint.call("GET", apisPath(anypoint));
    expect(all.body).toMatchObject({ total: 1, assets: [{ assetId: "orders-api", totalApis: 2 }] });
    const one = await anypoint.call("GET", `${apisPath(anypoint)}?assetId=orders-api&instanceLabel=dev`);
    expect(one.body.assets[0]?.apis).toMatchObject([{ id, instanceLabel: "dev", providerId: provider }]);
    expect((await anypoint.call("GET", `${apisPath(anypoint)}?assetId=inventory-api`)).body).toEqual({
      total: 0,
      assets: [],
    });
  });

  test("of the experience API is by instances", async () => {
    const { body } = await anypoint.call("GET", apisPath(anypoint).replace("/api/v1/", "/xapi/v1/"));
    expect(body).toMatchObject({ total: 1, instances: [{ instanceLabel: "legacy" }] });
  });

  test("Exchange shows the instances of a version group", async () => {
    const path = `/exchange/api/v2/assets/${anypoint.root}/orders-api/versionGroups/v1/instances`;
    const { body } = await anypoint.call("GET", path);
    expect(body).toMatchObject([
      { id: expect.any(String), name: "legacy", environmentName: "Sandbox", productAPIVersion: "v1" },
    ]);
    expect((await anypoint.call("GET", path.replace("orders-api", "unknown"))).status).toBe(404);
  });
});

describe("change of the client provider", () => {
  const rebind = (id: number, providerId: string | null) =>
    anypoint.call("PATCH", `${apisPath(anypoint)}/${id}`, { providerId });

  test("is taken when nothing holds the instance", async () => {
    const id = await addInstance(anypoint, null);
    expect((await rebind(id, provider)).body.providerId).toBe(provider);
    expect((await rebind(id, null)).body.providerId).toBeNull();
  });

  test("is refused while a policy needs the provider's type, and allowed to another of that type", async () => {
    const other = await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
    const id = await addInstance(anypoint, provider);
    const policy = await anypoint.call("POST", `${apisPath(anypoint)}/${id}/policies`, OIDC_POLICY_BODY);
    const refused = await rebind(id, null);
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain("openidconnect-access-token-enforcement");
    expect((await rebind(id, other)).status).toBe(200);
    await anypoint.call("DELETE", `${apisPath(anypoint)}/${id}/policies/${policy.body.id}`);
    expect((await rebind(id, null)).status).toBe(200);
  });

  test("is refused while there are contracts", async () => {
    const id = await addInstance(anypoint, null);
    anypoint.service.state.clientProviders = {};
    const { body: application } = await anypoint.call("POST", applicationsPath(anypoint), applicationBody("orders"));
    provider = await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
    const contracts = `${applicationsPath(anypoint)}/${application.id}/contracts`;
    expect((await anypoint.call("POST", contracts, contractBody(anypoint, id))).status).toBe(201);
    const refused = await rebind(id, provider);
    expect(refused.status).toBe(400);
    expect(refused.body.message).toContain("1 contract(s)");
    expect(anypoint.service.state.apiInstances[id]?.providerId).toBeNull();
  });

  test("an unknown provider is refused", async () => {
    expect((await rebind(await addInstance(anypoint, null), "unknown")).status).toBe(400);
  });
});

test("PATCH changes only what is named and stamps nothing into the state", async () => {
  const id = await addInstance(anypoint, null);
  const before = structuredClone(anypoint.service.state.apiInstances);
  await anypoint.call("PATCH", `${apisPath(anypoint)}/${id}`, { endpointUri: "https://orders.acme.example" });
  const { body } = await anypoint.call("GET", `${apisPath(anypoint)}/${id}`);
  expect(body).toMatchObject({ endpointUri: "https://orders.acme.example", instanceLabel: "dev" });
  expect(body.audit.updated.date).toEqual(expect.any(String));
  await anypoint.call("PATCH", `${apisPath(anypoint)}/${id}`, { endpointUri: null });
  expect(anypoint.service.state.apiInstances).toEqual(before);
});

test("PATCH changes the asset version within its major version", async () => {
  const id = await addInstance(anypoint, null);
  const { assets } = anypoint.service.state;
  const [asset] = Object.values(assets).filter(({ assetId }) => assetId === "orders-api");
  if (asset === undefined) throw new Error("no asset");
  for (const [version, versionGroup] of [
    ["1.1.0", "v1.1"],
    ["2.0.0", "v2"],
  ] as const) {
    assets[`${asset.groupId}/orders-api/${version}`] = { ...asset, version, versionGroup };
  }
  const patch = (assetVersion: string) => anypoint.call("PATCH", `${apisPath(anypoint)}/${id}`, { assetVersion });
  expect(await patch("1.1.0")).toMatchObject({
    status: 200,
    body: { assetVersion: "1.1.0", productVersion: "v1.1" },
  });
  expect((await patch("2.0.0")).status).toBe(400);
  expect((await patch("1.2.3")).status).toBe(404);
});

test("DELETE takes policies, tiers and contracts along", async () => {
  const { runtime: _, ...before } = structuredClone(anypoint.service.state);
  const id = await addInstance(anypoint, provider);
  await anypoint.call("POST", `${apisPath(anypoint)}/${id}/policies`, OIDC_POLICY_BODY);
  await anypoint.call("POST", `${apisPath(anypoint)}/${id}/tiers`, { name: "gold", status: "ACTIVE" });
  expect((await anypoint.call("DELETE", `${apisPath(anypoint)}/${id}`)).status).toBe(204);
  expect((await anypoint.call("GET", `${apisPath(anypoint)}/${id}`)).status).toBe(404);
  const { runtime: __, ...after } = anypoint.service.state;
  expect(after).toEqual(before);
});
