import { describe, expect, test } from "@jest/globals";
import {
  type Harness,
  ORG,
  TOKEN_URL,
  assertion,
  assertionForm,
  createServer,
  newKey,
  policyBody,
  registration,
  ruleBody,
  serviceApp,
  startOkta,
  webApp,
} from "../sandbox/okta/local-okta.ts";
import { DESCRIPTIONS, documentOf, specsPresent } from "./descriptions.ts";
import { undescribedRoutes } from "./undescribed.ts";

const suite = specsPresent ? describe : describe.skip;
if (!specsPresent) console.warn("Contract tests of the local Okta are skipped: ../shared/specs is not there.");

suite("the local Okta against the published description", () => {
  test("serves only routes that the descriptions have, but for known differences", async () => {
    const { unknown, described } = await undescribedRoutes("okta");
    expect(unknown).toEqual([]);
    expect(described).toBeGreaterThan(60);
  });

  test("grants only scopes that the description names", async () => {
    const { OKTA_SCOPES } = await import("../../sandbox/okta/okta-scopes.ts");
    const described = JSON.stringify(DESCRIPTIONS.okta.map(documentOf));
    expect([...OKTA_SCOPES].filter((scope) => !described.includes(`"${scope}"`))).toEqual([]);
  });

  // What comes back is held to the descriptions as in every suite; here it is brought about.
  test("shows apps, credentials, grants and roles as described", async () => {
    const okta = await startOkta();
    const check = async (method: string, path: string, status: number, body?: unknown) => {
      const answer = await okta.admin(method, path, body);
      expect(answer.status).toBe(status);
      return answer;
    };
    const { jwk } = await newKey("mgr-1");
    const service = await check("POST", "/api/v1/apps", 200, serviceApp([jwk]));
    const web = await check("POST", "/api/v1/apps", 200, webApp());
    const [app, other] = [`/api/v1/apps/${service.string("id")}`, `/api/v1/apps/${web.string("id")}`];
    await check("GET", app, 200);
    await check("PUT", app, 200, serviceApp([jwk]));
    await check("GET", "/api/v1/apps", 200);

    const secret = await check("POST", `${other}/credentials/secrets`, 201, {});
    await check("GET", `${other}/credentials/secrets`, 200);
    await check("POST", `${other}/credentials/secrets/${secret.string("id")}/lifecycle/deactivate`, 200);
    await check("POST", `${app}/credentials/jwks`, 201, { ...(await newKey("mgr-2")).jwk, use: "sig", alg: "RS256" });

    const grant = await check("POST", `${app}/grants`, 201, { issuer: ORG, scopeId: "okta.clients.read" });
    await check("GET", `${app}/grants`, 200);
    await check("GET", `${app}/grants/${grant.string("id")}`, 200);
    const roles = `/oauth2/v1/clients/${service.string("id")}/roles`;
    const role = await check("POST", roles, 201, { type: "APP_ADMIN" });
    await check("GET", roles, 200);
    await check("GET", `${roles}/${role.string("id")}`, 200);
  });

  test("shows authorization servers and all that is in them as described", async () => {
    const okta = await startOkta();
    const check = async (method: string, path: string, status: number, body?: unknown) => {
      const answer = await okta.admin(method, path, body);
      expect(answer.status).toBe(status);
      return answer;
    };
    const base = "/api/v1/authorizationServers";
    const server = `${base}/${(await check("POST", base, 201, { name: "x", audiences: ["api://x"] })).string("id")}`;
    await check("GET", base, 200);
    await check("GET", server, 200);
    await check("PUT", server, 200, { name: "y", audiences: ["api://y"] });
    await check("GET", `${server}/credentials/keys`, 200);
    await check("POST", `${server}/credentials/lifecycle/keyRotate`, 200, { use: "sig" });
    const scope = await check("POST", `${server}/scopes`, 201, { name: "orders.read" });
    await check("GET", `${server}/scopes`, 200);
    await check("GET", `${server}/scopes/${scope.string("id")}`, 200);
    await check("POST", `${server}/claims`, 201, { name: "tenant", claimType: "RESOURCE", value: '"acme"' });
    await check("GET", `${server}/claims`, 200);
    const policy = `${server}/policies/${(await check("POST", `${server}/policies`, 201, policyBody())).string("id")}`;
    await check("GET", policy, 200);
    await check("PUT", policy, 200, policyBody());
    const rule = await check("POST", `${policy}/rules`, 201, ruleBody(["orders.read"]));
    await check("GET", `${policy}/rules`, 200);
    await check("GET", `${policy}/rules/${rule.string("id")}`, 200);
  });

  test("shows the org, its policies, its user and its group as described", async () => {
    const okta = await startOkta();
    for (const path of [
      "/.well-known/okta-organization",
      "/api/v1/policies?type=ACCESS_POLICY",
      "/api/v1/groups?q=Everyone",
      "/api/v1/org/settings/clientPrivilegesSetting",
      "/api/v1/users/me",
    ]) {
      expect((await okta.admin("GET", path)).status).toBe(200);
    }
  });

  test("answers refusals as described", async () => {
    const okta = await startOkta();
    expect((await okta.send("GET", "/api/v1/apps")).status).toBe(403);
    expect((await okta.admin("GET", "/api/v1/apps/0oaNONE")).status).toBe(404);
    expect((await okta.admin("POST", "/api/v1/apps", {})).status).toBe(400);
    expect((await okta.admin("POST", "/oauth2/v1/clients", {})).status).toBe(400);
    expect((await okta.form("/oauth2/v1/token", {})).status).toBe(401);
  });

  test("shows registered clients, tokens, introspections and discovery as described", async () => {
    const okta: Harness = await startOkta();
    const created = await okta.admin("POST", "/oauth2/v1/clients", registration());
    expect(created.status).toBe(201);
    expect((await okta.admin("GET", "/oauth2/v1/clients")).status).toBe(200);
    const basic = `${created.string("client_id")}:${created.string("client_secret")}`;

    const key = await newKey("mgr-1");
    const id = (await okta.admin("POST", "/api/v1/apps", serviceApp([key.jwk]))).string("id");
    await okta.admin("POST", `/api/v1/apps/${id}/grants`, { issuer: ORG, scopeId: "okta.clients.read" });
    const signed = await assertion(okta, key.privateKey, id, TOKEN_URL);
    const org = await okta.form("/oauth2/v1/token", assertionForm(signed, "okta.clients.read"));
    expect(org.status).toBe(200);

    const { path } = await createServer(okta, [{ name: "orders.read" }]);
    const form = { grant_type: "client_credentials", scope: "orders.read" };
    const token = await okta.form(`${path}/token`, form, basic);
    expect(token.status).toBe(200);
    for (const [endpoint, text] of [
      ["/oauth2/v1/introspect", org.string("access_token")],
      [`${path}/introspect`, token.string("access_token")],
    ] as const) {
      const answer = await okta.form(endpoint, { token: text }, basic);
      expect(answer.at("active")).toBe(true);
      expect(answer.status).toBe(200);
    }
    for (const endpoint of [
      "/.well-known/openid-configuration",
      "/oauth2/default/.well-known/openid-configuration",
      "/oauth2/default/.well-known/oauth-authorization-server",
      "/oauth2/v1/keys",
      `${path}/keys`,
    ]) {
      expect((await okta.send("GET", endpoint)).status).toBe(200);
    }
  });
});
