import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type Body,
  type LocalAnypoint,
  OIDC_POLICY_BODY,
  addInstance,
  addProvider,
  apisPath,
  localAnypoint,
  staticHeaderProvider,
} from "./local-anypoint.ts";

let anypoint: LocalAnypoint;
let id: number;
let path: string;
beforeEach(async () => {
  anypoint = await localAnypoint();
  id = await addInstance(anypoint, await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1")));
  path = `${apisPath(anypoint)}/${id}/policies`;
});

const rateLimiting = { groupId: OIDC_POLICY_BODY.groupId, assetId: "rate-limiting", assetVersion: "1.4.0" };

describe("application", () => {
  test("answers 201 with the policy", async () => {
    const { status, body } = await anypoint.call("POST", path, OIDC_POLICY_BODY);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(Number),
      ...OIDC_POLICY_BODY,
      order: 1,
      disabled: false,
      apiVersionId: id,
    });
  });

  test("takes wrong configuration keys in silence", async () => {
    const body = { ...OIDC_POLICY_BODY, configurationData: { scope: "orders.read" } };
    expect((await anypoint.call("POST", path, body)).status).toBe(201);
  });

  test("of the same policy again is a 409, unless duplicates are allowed", async () => {
    await anypoint.call("POST", path, OIDC_POLICY_BODY);
    expect((await anypoint.call("POST", path, { ...OIDC_POLICY_BODY, assetVersion: "1.4.0" })).status).toBe(409);
    expect((await anypoint.call("POST", `${path}?allowDuplicated=true`, OIDC_POLICY_BODY)).status).toBe(201);
  });

  test.each(["groupId", "assetId", "assetVersion"])("refuses a body without %s", async (key) => {
    const { status, body } = await anypoint.call("POST", path, { ...OIDC_POLICY_BODY, [key]: undefined });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ dataPath: `.${key}`, keyword: "required" }]);
  });

  test("an unknown template version is a 404", async () => {
    expect((await anypoint.call("POST", path, { ...OIDC_POLICY_BODY, assetVersion: "9.9.9" })).status).toBe(404);
  });

  test("is refused on an instance of the built-in provider", async () => {
    const builtIn = await addInstance(anypoint, null, "built-in");
    const { status, body } = await anypoint.call("POST", path.replace(String(id), String(builtIn)), OIDC_POLICY_BODY);
    expect(status).toBe(400);
    expect(body.message).toContain("OpenID Connect client provider");
  });
});

describe("list", () => {
  beforeEach(async () => {
    await anypoint.call("POST", path, OIDC_POLICY_BODY);
    await anypoint.call("POST", path, { ...rateLimiting, disabled: true });
  });

  test("shows active policies with templates by default, all with fullInfo=false", async () => {
    const active = await anypoint.call("GET", path);
    expect(active.body).toMatchObject([{ assetId: OIDC_POLICY_BODY.assetId, template: { assetVersion: "1.6.0" } }]);
    const all = await anypoint.call("GET", `${path}?fullInfo=false`);
    expect(all.body).toMatchObject([{ order: 1 }, { assetId: "rate-limiting", order: 2, disabled: true }]);
  });

  test("comes in the other shapes when so switched", async () => {
    anypoint.service.switches.policyListShape = "object";
    expect((await anypoint.call("GET", path)).body).toMatchObject({ policies: [{ order: 1 }], tiers: [] });
    anypoint.service.switches.policyListShape = "compact";
    expect((await anypoint.call("GET", path)).body).toMatchObject([
      {
        policyId: expect.any(Number),
        configuration: OIDC_POLICY_BODY.configurationData,
        template: { assetVersion: "1.6.0" },
      },
    ]);
  });
});

describe("one policy", () => {
  let one: string;
  beforeEach(async () => {
    one = `${path}/${(await anypoint.call("POST", path, OIDC_POLICY_BODY)).body.id}`;
  });

  test("is changed by PATCH, its configuration replaced", async () => {
    const change = { configurationData: { scopes: "" }, order: 3, assetVersion: "1.4.0" };
    expect((await anypoint.call("PATCH", one, change)).status).toBe(200);
    expect((await anypoint.call("GET", one)).body).toMatchObject(change);
    expect((await anypoint.call("GET", one)).body.configurationData).toEqual({ scopes: "" });
  });

  test("is switched off and on by its own calls only", async () => {
    expect((await anypoint.call("PATCH", one, { disabled: true })).status).toBe(400);
    expect((await anypoint.call("PATCH", one, { disabled: false })).status).toBe(200);
    const twin = one.replace("/api/v1/", "/xapi/v1/");
    expect((await anypoint.call("POST", `${twin}/disable`)).body).toMatchObject({ disabled: true });
    expect((await anypoint.call("POST", `${twin}/enable`)).status).toBe(201);
    expect((await anypoint.call("GET", one)).body.disabled).toBe(false);
  });

  test("is ordered in bulk", async () => {
    const other = (await anypoint.call("POST", path, rateLimiting)).body.id;
    expect((await anypoint.call("PATCH", path, [{ id: other, order: 1 }])).status).toBe(200);
    expect((await anypoint.call("PATCH", path, { id: other })).status).toBe(400);
    expect(anypoint.service.state.policies[other]?.order).toBe(1);
  });

  test("is deleted once", async () => {
    expect((await anypoint.call("DELETE", one)).status).toBe(204);
    const again = await anypoint.call("DELETE", one);
    expect([again.status, again.body.name]).toEqual([404, "NotFoundError"]);
  });
});

describe("templates", () => {
  const templates = (query: string): string =>
    `/apimanager/xapi/v1/organizations/${anypoint.root}/exchange-policy-templates${query}`;
  const of = (list: Body[], assetId = OIDC_POLICY_BODY.assetId): Body[] =>
    list.filter((row) => row.assetId === assetId);

  test("give the configuration as JSON Schema for the newest, as a list for an older version", async () => {
    const { list } = await anypoint.call("GET", templates(`?apiInstanceId=${id}&environmentId=${anypoint.sandbox}`));
    const [newest, , oldest] = of(list);
    expect(newest).toMatchObject({ assetVersion: "1.6.0", applicable: true, configuration: { type: "object" } });
    expect(oldest?.assetVersion).toBe("1.4.0");
    expect(oldest?.configuration.map(({ propertyName }) => propertyName)).toContain("scopeValidationCriteria");
  });

  test("only the latest, without configuration", async () => {
    const query = `?apiInstanceId=${id}&environmentId=${anypoint.sandbox}&latest=true&includeConfiguration=false`;
    const { list } = await anypoint.call("GET", templates(query));
    expect(of(list).map(({ assetVersion }) => assetVersion)).toEqual(["1.6.0"]);
    expect(of(list)[0]).not.toHaveProperty("configuration");
    expect(of(list, "client-id-enforcement")).toHaveLength(1);
    expect(of(list, "rate-limiting-sla-based")).toHaveLength(1);
  });

  test("without instance and environment the provider's own are missing", async () => {
    expect(of((await anypoint.call("GET", templates(""))).list)).toEqual([]);
    expect(of((await anypoint.call("GET", templates(`?apiInstanceId=${id}`))).list)).toEqual([]);
  });

  test("are not applicable on the built-in provider", async () => {
    const builtIn = await addInstance(anypoint, null, "built-in");
    const query = `?apiInstanceId=${builtIn}&environmentId=${anypoint.sandbox}&latest=true`;
    expect(of((await anypoint.call("GET", templates(query))).list)).toMatchObject([{ applicable: false }]);
  });

  test("one version, or 404", async () => {
    const one = (version: string): string =>
      templates(`/${OIDC_POLICY_BODY.groupId}/${OIDC_POLICY_BODY.assetId}/${version}?includeAllVersions=true`);
    expect((await anypoint.call("GET", one("1.5.0"))).body).toMatchObject({
      assetVersion: "1.5.0",
      versions: ["1.6.0", "1.5.0", "1.4.0"],
    });
    expect((await anypoint.call("GET", one("0.1.0"))).status).toBe(404);
  });
});
