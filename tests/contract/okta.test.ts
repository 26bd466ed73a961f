import { describe, expect, test } from "@jest/globals";
import {
  type Answer,
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
import { type Departure, type Spec, loadSpec, responseValidator, routeExists, specsPresent } from "./openapi.ts";

/** Departures that the real service shows as well: a path in the answer, the schema's keyword, and why. */
const KNOWN_DEPARTURES: { at: RegExp; keyword: string; reason: string }[] = [
  {
    at: /^(\/\d+)?\/accessibility\/(errorRedirectUrl|loginRedirectUrl)$/,
    keyword: "type",
    reason: "recorded answers hold null where the description knows only texts",
  },
  {
    at: /^(\/\d+)?\/settings\/notes\/(admin|enduser)$/,
    keyword: "type",
    reason: "recorded answers hold null for empty notes",
  },
  {
    at: /^(\/\d+)?\/settings\/notifications\/vpn\/(message|helpUrl)$/,
    keyword: "type",
    reason: "recorded answers hold null for unset VPN texts",
  },
  {
    at: /^(\/\d+)?\/settings\/oauthClient\/(client_uri|logo_uri)$/,
    keyword: "type",
    reason: "recorded answers hold null for unset URIs",
  },
];

/** Routes that the published description does not have. */
const UNDESCRIBED: Record<string, string> = {
  "GET /api/v1/internal/apps/:id/settings/oauth/idToken": "internal endpoint that the plugin calls with an API token",
  "POST /api/v1/internal/apps/:id/settings/oauth/idToken": "internal endpoint that the plugin calls with an API token",
  "GET /.well-known/oauth-authorization-server": "served by every org, recorded; described for custom servers only",
  "GET /.well-known/oauth-authorization-server/oauth2/:as": "the form of RFC 8414, named by the vendor's guide",
};

const unknownDepartures = (departures: Departure[]): string[] =>
  departures
    .filter(({ at, keyword }) => !KNOWN_DEPARTURES.some((known) => known.at.test(at) && known.keyword === keyword))
    .map(({ message }) => message);

const suite = specsPresent ? describe : describe.skip;
if (!specsPresent) console.warn("Contract tests of the local Okta are skipped: ../shared/specs is not there.");

suite("the local Okta against the published description", () => {
  const load = (): { management: Spec; oauth: Spec } => ({
    management: loadSpec("okta/management.yaml"),
    oauth: loadSpec("okta/oauth.yaml"),
  });

  test("serves only routes that the description has, but for a listed few", async () => {
    const { management, oauth } = load();
    const { okta } = await startOkta();
    const served = okta.app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path}`);
    const undescribed = [...new Set(served)].filter((route) => {
      const [method = "", path = ""] = route.split(" ");
      return !routeExists(management, method, path) && !routeExists(oauth, method, path);
    });
    expect(undescribed.sort()).toEqual(Object.keys(UNDESCRIBED).sort());
    expect(served.length).toBeGreaterThan(60);
  });

  test("grants only scopes that the description names", async () => {
    const { management, oauth } = load();
    const { OKTA_SCOPES } = await import("../../sandbox/okta/okta-scopes.ts");
    const described = JSON.stringify([management.document, oauth.document]);
    expect([...OKTA_SCOPES].filter((scope) => !described.includes(`"${scope}"`))).toEqual([]);
  });

  /** Expects the status and a body that fits; `describedAs` where the service answers another status than the description. */
  function expectFit(
    spec: Spec,
    answer: Answer,
    method: string,
    path: string,
    status: number,
    describedAs = status,
  ): void {
    expect(answer.status).toBe(status);
    const departures = responseValidator(spec, method, path, describedAs)(answer.body);
    expect({ [`${method} ${path}`]: unknownDepartures(departures) }).toEqual({ [`${method} ${path}`]: [] });
  }

  test("shows apps, credentials, grants and roles as described", async () => {
    const { management } = load();
    const okta = await startOkta();
    const check = async (method: string, path: string, status: number, body?: unknown, describedAs?: number) => {
      const answer = await okta.admin(method, path, body);
      expectFit(management, answer, method, path, status, describedAs);
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
    // The description says 200, the service answers 201.
    const role = await check("POST", roles, 201, { type: "APP_ADMIN" }, 200);
    await check("GET", roles, 200);
    await check("GET", `${roles}/${role.string("id")}`, 200);
  });

  test("shows authorization servers and all that is in them as described", async () => {
    const { management } = load();
    const okta = await startOkta();
    const check = async (method: string, path: string, status: number, body?: unknown) => {
      const answer = await okta.admin(method, path, body);
      expectFit(management, answer, method, path, status);
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
    const { management } = load();
    const okta = await startOkta();
    for (const path of [
      "/.well-known/okta-organization",
      "/api/v1/policies?type=ACCESS_POLICY",
      "/api/v1/groups?q=Everyone",
      "/api/v1/org/settings/clientPrivilegesSetting",
      "/api/v1/users/me",
    ]) {
      expectFit(management, await okta.admin("GET", path), "GET", path, 200);
    }
  });

  test("answers refusals as described", async () => {
    const { management, oauth } = load();
    const okta = await startOkta();
    expectFit(management, await okta.send("GET", "/api/v1/apps"), "GET", "/api/v1/apps", 403);
    expectFit(management, await okta.admin("GET", "/api/v1/apps/0oaNONE"), "GET", "/api/v1/apps/0oaNONE", 404);
    expectFit(management, await okta.admin("POST", "/api/v1/apps", {}), "POST", "/api/v1/apps", 400);
    expectFit(oauth, await okta.admin("POST", "/oauth2/v1/clients", {}), "POST", "/oauth2/v1/clients", 400);
    expectFit(oauth, await okta.form("/oauth2/v1/token", {}), "POST", "/oauth2/v1/token", 401);
  });

  test("shows registered clients, tokens, introspections and discovery as described", async () => {
    const { oauth } = load();
    const okta: Harness = await startOkta();
    const created = await okta.admin("POST", "/oauth2/v1/clients", registration());
    expectFit(oauth, created, "POST", "/oauth2/v1/clients", 201);
    expectFit(oauth, await okta.admin("GET", "/oauth2/v1/clients"), "GET", "/oauth2/v1/clients", 200);
    const basic = `${created.string("client_id")}:${created.string("client_secret")}`;

    const key = await newKey("mgr-1");
    const id = (await okta.admin("POST", "/api/v1/apps", serviceApp([key.jwk]))).string("id");
    await okta.admin("POST", `/api/v1/apps/${id}/grants`, { issuer: ORG, scopeId: "okta.clients.read" });
    const signed = await assertion(okta, key.privateKey, id, TOKEN_URL);
    const org = await okta.form("/oauth2/v1/token", assertionForm(signed, "okta.clients.read"));
    expectFit(oauth, org, "POST", "/oauth2/v1/token", 200);

    const { path } = await createServer(okta, [{ name: "orders.read" }]);
    const form = { grant_type: "client_credentials", scope: "orders.read" };
    const token = await okta.form(`${path}/token`, form, basic);
    expectFit(oauth, token, "POST", `${path}/token`, 200);
    for (const [endpoint, text] of [
      ["/oauth2/v1/introspect", org.string("access_token")],
      [`${path}/introspect`, token.string("access_token")],
    ] as const) {
      const answer = await okta.form(endpoint, { token: text }, basic);
      expect(answer.at("active")).toBe(true);
      expectFit(oauth, answer, "POST", endpoint, 200);
    }
    for (const endpoint of [
      "/.well-known/openid-configuration",
      "/oauth2/default/.well-known/openid-configuration",
      "/oauth2/default/.well-known/oauth-authorization-server",
      "/oauth2/v1/keys",
      `${path}/keys`,
    ]) {
      expectFit(oauth, await okta.send("GET", endpoint), "GET", endpoint, 200);
    }
  });

  test("finds departures when there are some", () => {
    const { management } = load();
    const validate = responseValidator(
      management,
      "GET",
      "/api/v1/authorizationServers/{authServerId}/scopes/{scopeId}",
      200,
    );
    expect(validate({ consent: "MAYBE", default: "no" }).map(({ at, keyword }) => [at, keyword])).toEqual(
      expect.arrayContaining([
        ["", "required"],
        ["/consent", "enum"],
        ["/default", "type"],
      ]),
    );
    expect(() => responseValidator(management, "GET", "/api/v1/nothing", 200)).toThrow("has no route");
    expect(() => responseValidator(management, "GET", "/api/v1/apps", 299)).toThrow("no such status");
  });
});
