import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type LocalAnypoint,
  addInstance,
  addProvider,
  apisPath,
  applicationBody,
  applicationsPath,
  contractBody,
  localAnypoint,
  staticHeaderProvider,
} from "./local-anypoint.ts";

let anypoint: LocalAnypoint;
let apiId: number;
let applicationId: number;
let contracts: string;
beforeEach(async () => {
  anypoint = await localAnypoint();
  apiId = await addInstance(anypoint, null);
  applicationId = await application("orders");
  contracts = `${apisPath(anypoint)}/${apiId}/contracts`;
});

const application = async (name: string): Promise<number> =>
  (await anypoint.call("POST", applicationsPath(anypoint), applicationBody(name))).body.id;
const request = (change: Record<string, unknown> = {}, id = applicationId) =>
  anypoint.call("POST", `${applicationsPath(anypoint)}/${id}/contracts`, {
    ...contractBody(anypoint, apiId),
    ...change,
  });
const addTier = async (name: string, autoApprove: boolean): Promise<number> =>
  (
    await anypoint.call("POST", `${apisPath(anypoint)}/${apiId}/tiers`, {
      name,
      autoApprove,
      status: "ACTIVE",
      limits: [{ maximumRequests: 1000, timePeriodInMilliseconds: 60_000 }],
    })
  ).body.id;

describe("request through Exchange", () => {
  test("without tiers is approved at once", async () => {
    const { status, body } = await request();
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: expect.any(Number),
      status: "APPROVED",
      applicationId,
      clientId: expect.any(String),
      clientSecret: expect.any(String),
      tier: null,
      api: { id: apiId, assetVersion: "1.0.0", environmentId: anypoint.sandbox },
    });
    const list = await anypoint.call("GET", `${applicationsPath(anypoint)}/${applicationId}/contracts`);
    expect(list.body).toMatchObject([{ id: body.id, status: "APPROVED" }]);
    expect(list.text).not.toContain(body.clientSecret);
  });

  test.each([
    "acceptedTerms",
    "instanceType",
    "apiId",
    "organizationId",
    "groupId",
    "assetId",
    "version",
    "versionGroup",
  ])("refuses a body without %s", async (key) => {
    const { status, body } = await request({ [key]: undefined });
    expect([status, body.message]).toEqual([400, expect.stringContaining(key)]);
  });

  test("takes the instance id as text only", async () => {
    expect((await request({ apiId })).status).toBe(400);
  });

  test.each([
    ["another organization", () => ({ organizationId: anypoint.group })],
    ["another version", () => ({ version: "2.0.0" })],
    ["another environment", () => ({ environmentId: anypoint.groupSandbox })],
    ["an unknown instance", () => ({ apiId: "1" })],
  ])("%s than the instance's is a 404", async (_, change) => {
    expect((await request(change())).status).toBe(404);
  });

  test("a second one of the same application is a 409", async () => {
    await request();
    expect((await request()).status).toBe(409);
  });

  test("needs the same client provider", async () => {
    const provider = await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
    apiId = await addInstance(anypoint, provider, "external");
    const { status, body } = await request();
    expect([status, body.message]).toEqual([400, expect.stringContaining("client providers")]);
  });

  test("a deprecated instance takes none", async () => {
    await anypoint.call("PATCH", `${apisPath(anypoint)}/${apiId}`, { deprecated: true });
    expect((await request()).status).toBe(400);
  });
});

describe("tiers", () => {
  test("decide about approval, and one has to be asked for", async () => {
    const gold = await addTier("gold", true);
    const platinum = await addTier("platinum", false);
    expect((await request()).status).toBe(400);
    expect((await request({ requestedTierId: 1 })).status).toBe(400);
    expect((await request({ requestedTierId: gold })).body).toMatchObject({
      status: "APPROVED",
      tier: { name: "gold" },
    });
    const second = await request({ requestedTierId: platinum }, await application("second"));
    expect(second.body).toMatchObject({ status: "PENDING", tier: null, requestedTier: { name: "platinum" } });
    await anypoint.call("PATCH", `${contracts}/${second.body.id}`, { status: "APPROVED" });
    expect((await anypoint.call("GET", `${contracts}/${second.body.id}`)).body).toMatchObject({
      status: "APPROVED",
      tier: { name: "platinum" },
      requestedTier: null,
    });
  });

  test("are changed by asking for another", async () => {
    const gold = await addTier("gold", true);
    const silver = await addTier("silver", true);
    const { body } = await request({ requestedTierId: gold });
    const path = `${applicationsPath(anypoint)}/${applicationId}/contracts/${body.id}`;
    expect((await anypoint.call("PATCH", path, { requestedTierId: silver })).body).toMatchObject({
      tier: { id: silver },
    });
    expect((await anypoint.call("PATCH", path, { requestedTierId: 1 })).status).toBe(400);
  });

  test("are listed, changed and deleted, but not while in use or by a taken name", async () => {
    const path = `${apisPath(anypoint)}/${apiId}/tiers`;
    const gold = await addTier("gold", true);
    expect((await anypoint.call("POST", path, { name: "gold", status: "ACTIVE" })).status).toBe(409);
    expect((await anypoint.call("POST", path, { name: "bronze" })).status).toBe(400);
    expect((await anypoint.call("GET", path)).body).toMatchObject({ total: 1, tiers: [{ id: gold, limits: [{}] }] });
    expect((await anypoint.call("GET", `${path}?limit=251`)).status).toBe(400);
    expect((await anypoint.call("PUT", `${path}/${gold}`, { name: "golden", status: "ACTIVE" })).status).toBe(201);
    await request({ requestedTierId: gold });
    expect((await anypoint.call("DELETE", `${path}/${gold}`)).status).toBe(400);
    const silver = await addTier("silver", true);
    expect((await anypoint.call("DELETE", `${path}/${silver}`)).status).toBe(204);
    const exchange = `/exchange/api/v2/assets/${anypoint.root}/orders-api/versionGroups/v1/instances/${apiId}/tiers`;
    expect((await anypoint.call("GET", exchange)).body).toMatchObject([{ id: gold, name: "golden" }]);
  });
});

describe("from the API Manager's side", () => {
  test("are listed by status and by application", async () => {
    const { body } = await request();
    const listed = await anypoint.call("GET", `${contracts}?status=APPROVED&query=ord`);
    expect(listed.body).toMatchObject({
      total: 1,
      contracts: [{ id: body.id, condition: "APPLIED", application: { coreServicesId: body.clientId } }],
    });
    expect(listed.text).not.toContain(body.clientSecret);
    expect((await anypoint.call("GET", `${contracts}?status=REVOKED`)).body.total).toBe(0);
  });

  test("are made there, too", async () => {
    const body = { applicationId, acceptedTerms: true, requestAccessInfo: { reason: "testing" } };
    expect((await anypoint.call("POST", contracts, { applicationId, requestAccessInfo: {} })).status).toBe(400);
    expect((await anypoint.call("POST", contracts, body)).body).toMatchObject({ status: "APPROVED", applicationId });
    expect((await anypoint.call("POST", contracts, body)).status).toBe(409);
  });

  test("are deleted only once revoked", async () => {
    const one = `${contracts}/${(await request()).body.id}`;
    expect((await anypoint.call("DELETE", one)).status).toBe(400);
    expect((await anypoint.call("PATCH", one, { status: "REVOKED" })).body).toMatchObject({
      status: "REVOKED",
      revokedDate: expect.any(String),
      condition: "NOT_APPLIED",
    });
    expect((await anypoint.call("DELETE", one)).status).toBe(204);
    expect((await anypoint.call("GET", one)).status).toBe(404);
  });

  test("are approved, revoked and restored by their own calls", async () => {
    anypoint.service.state.apiInstances[apiId]!.approvalMethod = "manual";
    const { body } = await request();
    expect(body.status).toBe("PENDING");
    const twin = `${contracts.replace("/api/v1/", "/xapi/v1/")}/${body.id}`;
    const act = async (action: string): Promise<[number, string | undefined]> => {
      const answer = await anypoint.call("POST", `${twin}/${action}`);
      return [answer.status, answer.body.status];
    };
    expect(await act("restore")).toEqual([400, undefined]);
    expect(await act("reject")).toEqual([201, "REJECTED"]);
    expect(await act("approve")).toEqual([201, "APPROVED"]);
    expect(await act("reject")).toEqual([400, undefined]);
    expect(await act("revoke")).toEqual([201, "REVOKED"]);
    expect(await act("restore")).toEqual([201, "APPROVED"]);
  });

  test("an application takes its contracts along", async () => {
    await request();
    await anypoint.call("DELETE", `${applicationsPath(anypoint)}/${applicationId}`);
    expect(anypoint.service.state.contracts).toEqual({});
  });
});
