import { beforeEach, describe, expect, test } from "@jest/globals";
import { type LocalAnypoint, addProvider, localAnypoint, staticHeaderProvider } from "./local-anypoint.ts";

let anypoint: LocalAnypoint;
beforeEach(async () => {
  anypoint = await localAnypoint();
});

test("the hierarchy holds the business group under the root", async () => {
  const { body } = await anypoint.call("GET", `/accounts/api/organizations/${anypoint.root}/hierarchy`);
  expect(body).toMatchObject({ id: anypoint.root, name: "Acme", isMaster: true, environmentsCount: 2 });
  expect(body.subOrganizations).toMatchObject([
    { id: anypoint.group, name: "Payments", isMaster: false, parentOrganizationIds: [anypoint.root] },
  ]);
});

test("an unknown organization is a 404 in plain text", async () => {
  const { status, text, body } = await anypoint.call("GET", "/accounts/api/organizations/unknown");
  expect(status).toBe(404);
  expect(text).toBe("Organization not found");
  expect(body).toBeUndefined();
});

describe("environments", () => {
  const path = (query: string): string => `/accounts/api/organizations/${anypoint.root}/environments${query}`;

  test("are filtered by exact name and paged", async () => {
    const byName = await anypoint.call("GET", path("?name=Sandbox"));
    expect(byName.body.data).toEqual([
      {
        id: anypoint.sandbox,
        organizationId: anypoint.root,
        name: "Sandbox",
        isProduction: false,
        type: "sandbox",
        clientId: expect.any(String),
      },
    ]);
    expect((await anypoint.call("GET", path("?name=sandbox"))).body.total).toBe(0);
    const second = await anypoint.call("GET", path("?limit=1&offset=1"));
    expect(second.body.total).toBe(2);
    expect(second.body.data).toMatchObject([{ name: "Production", isProduction: true }]);
  });

  test("of everywhere only from the root", async () => {
    expect((await anypoint.call("GET", path("?expandAll=true"))).body.total).toBe(3);
    const refused = await anypoint.call(
      "GET",
      `/accounts/api/organizations/${anypoint.group}/environments?expandAll=true`,
    );
    expect(refused.status).toBe(400);
  });

  test("a limit over 500 is refused", async () => {
    expect((await anypoint.call("GET", path("?limit=501"))).status).toBe(400);
  });
});

describe("client providers of an environment", () => {
  const path = (organization: string, environment: string): string =>
    `/accounts/api/organizations/${organization}/environments/${environment}/clientManagementProviders`;

  test("are one list, replaced as a whole", async () => {
    const id = await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
    const own = path(anypoint.group, anypoint.groupSandbox);
    expect((await anypoint.call("GET", own)).body).toEqual({ suggestedClientManagementProviderIds: [] });
    const put = await anypoint.call("PUT", own, { suggestedClientManagementProviderIds: [id] });
    expect([put.status, put.body]).toEqual([200, { suggestedClientManagementProviderIds: [id] }]);
    expect((await anypoint.call("GET", own)).body).toEqual({ suggestedClientManagementProviderIds: [id] });
  });

  test.each([
    ["another key", { suggestedClientManagementProviderIds: [], default: "x" }],
    ["no list", {}],
    ["an unknown provider", { suggestedClientManagementProviderIds: ["unknown"] }],
  ])("refuse %s", async (_, body) => {
    const { status, body: refusal } = await anypoint.call("PUT", path(anypoint.root, anypoint.sandbox), body);
    expect(status).toBe(400);
    expect(refusal.errors).toMatchObject([{ type: "validation", schemas: [], message: expect.any(String) }]);
  });

  test("are found only under the organization that owns the environment", async () => {
    expect((await anypoint.call("GET", path(anypoint.root, anypoint.groupSandbox))).status).toBe(404);
  });
});
