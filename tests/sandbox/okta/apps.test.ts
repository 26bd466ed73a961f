import { describe, expect, test } from "@jest/globals";
import { ORG, createManager, newKey, serviceApp, startOkta, webApp } from "./local-okta.ts";

describe("creating an app", () => {
  test("answers 200 with defaults filled in, the id as client id, and a jwks link", async () => {
    const okta = await startOkta();
    const { jwk } = await newKey("mgr-1");
    const created = await okta.admin("POST", "/api/v1/apps?activate=true", serviceApp([jwk]));
    expect(created.status).toBe(200);
    const id = created.string("id");
    expect(id).toMatch(/^0oa[0-9a-zA-Z]{17}$/);
    expect(created.body).toMatchObject({
      name: "oidc_client",
      label: "Manager",
      status: "ACTIVE",
      signOnMode: "OPENID_CONNECT",
      accessibility: { selfService: false },
      visibility: { autoSubmitToolbar: false, hide: { iOS: true, web: true } },
      credentials: { oauthClient: { client_id: id, token_endpoint_auth_method: "private_key_jwt" } },
      settings: {
        notes: { admin: null, enduser: null },
        oauthClient: {
          application_type: "service",
          consent_method: "TRUSTED",
          dpop_bound_access_tokens: false,
          redirect_uris: [],
          jwks: { keys: [{ kty: "RSA", kid: "mgr-1", use: null, status: "ACTIVE", n: jwk.n, e: "AQAB" }] },
        },
      },
    });
    expect(created.at("credentials.oauthClient")).not.toHaveProperty("client_secret");
    expect(created.at("_links.clientCredentials")).toEqual([
      { name: "jwks", href: `${ORG}/api/v1/apps/${id}/credentials/jwks` },
    ]);
    expect(created.at("_links.accessPolicy.href")).toMatch(new RegExp(`^${ORG}/api/v1/policies/rst`));
  });

  test("shows the secret in answers to POST and PUT only", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", "/api/v1/apps", webApp());
    const secret = created.string("credentials.oauthClient.client_secret");
    expect(secret).toMatch(/^[\w-]{64}$/);
    const path = `/api/v1/apps/${created.string("id")}`;
    expect((await okta.admin("GET", path)).at("credentials.oauthClient")).not.toHaveProperty("client_secret");
    expect((await okta.admin("GET", "/api/v1/apps")).text).not.toContain(secret);
    const put = await okta.admin("PUT", path, webApp());
    expect(put.at("credentials.oauthClient.client_secret")).toBe(secret);
    expect(created.at("_links.clientCredentials.0.name")).toBe("secrets");
  });

  test("takes a chosen client id and refuses it a second time", async () => {
    const okta = await startOkta();
    const chosen = webApp({ credentials: { client_id: "mulesoft-inspector-1" } });
    const created = await okta.admin("POST", "/api/v1/apps", chosen);
    expect(created.at("credentials.oauthClient.client_id")).toBe("mulesoft-inspector-1");
    expect(created.at("id")).not.toBe("mulesoft-inspector-1");
    const again = await okta.admin("POST", "/api/v1/apps", chosen);
    expect(again.status).toBe(400);
    expect(again.body).toEqual({
      errorCode: "E0000001",
      errorSummary: "Api validation failed: client_id",
      errorLink: "E0000001",
      errorId: expect.stringMatching(/^oae/),
      errorCauses: [{ errorSummary: "client_id: A client with this 'client_id' already exists." }],
    });
    expect(Object.keys(okta.okta.state.apps)).toHaveLength(1);
  });

  test("does not ask for unique labels", async () => {
    const okta = await startOkta();
    await okta.admin("POST", "/api/v1/apps", webApp());
    expect((await okta.admin("POST", "/api/v1/apps", webApp())).status).toBe(200);
  });

  test("is inactive with activate=false", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", "/api/v1/apps?activate=false", webApp());
    expect(created.at("status")).toBe("INACTIVE");
    expect(created.at("_links")).toHaveProperty("activate");
    expect(created.at("_links")).not.toHaveProperty("deactivate");
  });

  const refusals: [string, Record<string, unknown>, string][] = [
    ["no label", { ...webApp(), label: "" }, "label"],
    ["another sign-on mode", { ...webApp(), signOnMode: "SAML_2_0" }, "signOnMode"],
    ["a key app without keys", serviceApp([]), "jwks"],
    ["a web app without the code flow", webApp({ client: { grant_types: ["client_credentials"] } }), "grant_types"],
    ["a web app without redirect URI", webApp({ client: { redirect_uris: [] } }), "redirect_uris"],
    [
      "a redirect URI with a fragment",
      webApp({ client: { redirect_uris: ["https://a.example/#x"] } }),
      "redirect_uris",
    ],
    ["a relative redirect URI", webApp({ client: { redirect_uris: ["/callback"] } }), "redirect_uris"],
    ["the code flow without response type code", webApp({ client: { response_types: ["token"] } }), "response_types"],
    ["a service app with the code flow", webApp({ client: { application_type: "service" } }), "grant_types"],
    [
      "a refresh token setting without its grant",
      webApp({ client: { refresh_token: { leeway: 0 } } }),
      "refresh_token",
    ],
    ["a short secret", webApp({ credentials: { client_secret: "short" } }), "client_secret"],
    ["a reserved client id", webApp({ credentials: { client_id: "ALL_CLIENTS" } }), "client_id"],
    ["a short client id", webApp({ credentials: { client_id: "abc" } }), "client_id"],
    [
      "an unknown method",
      webApp({ credentials: { token_endpoint_auth_method: "magic" } }),
      "token_endpoint_auth_method",
    ],
    [
      "a web app without authentication",
      webApp({ credentials: { token_endpoint_auth_method: "none" } }),
      "token_endpoint_auth_method",
    ],
  ];
  test.each(refusals)("refuses %s", async (_name, body, field) => {
    const okta = await startOkta();
    const answer = await okta.admin("POST", "/api/v1/apps", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ errorCode: "E0000001", errorSummary: `Api validation failed: ${field}` });
    expect(answer.at("errorCauses")).toHaveLength(1);
    expect(okta.okta.state.apps).toEqual({});
  });

  test("refuses weak, private, doubled and unnamed keys", async () => {
    const okta = await startOkta();
    const [{ jwk }, other] = await Promise.all([newKey("a"), newKey("b")]);
    const short = { ...jwk, n: Buffer.alloc(128, 0xff).toString("base64url") };
    const { kid: _kid, ...unnamed } = other.jwk;
    for (const keys of [
      [short],
      [{ ...jwk, d: "x" }],
      [jwk, { ...other.jwk, kid: "a" }],
      [jwk, unnamed],
      [{ kty: "oct" }],
    ]) {
      const answer = await okta.admin("POST", "/api/v1/apps", serviceApp(keys));
      expect(answer.at("errorSummary")).toBe("Api validation failed: JsonWebKey");
    }
    expect((await okta.admin("POST", "/api/v1/apps", serviceApp([jwk, other.jwk]))).status).toBe(200);
  });

  test("refuses a secret for a key app, and a malformed body", async () => {
    const okta = await startOkta();
    const { jwk } = await newKey("a");
    const withSecret = serviceApp([jwk], { credentials: { client_secret: "a-secret-of-fair-length" } });
    expect((await okta.admin("POST", "/api/v1/apps", withSecret)).at("errorSummary")).toContain("client_secret");
    expect((await okta.admin("POST", "/api/v1/apps", "{")).at("errorCode")).toBe("E0000003");
  });
});

describe("replacing an app", () => {
  test("keeps the secret when it is empty or left out, ignores status and name, keeps the client id", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", "/api/v1/apps", webApp());
    const path = `/api/v1/apps/${created.string("id")}`;
    const secret = created.string("credentials.oauthClient.client_secret");
    for (const credentials of [{ client_secret: "" }, {}]) {
      const put = await okta.admin("PUT", path, { ...webApp({ label: "New", credentials }), status: "INACTIVE" });
      expect(put.body).toMatchObject({ label: "New", status: "ACTIVE" });
      expect(put.at("credentials.oauthClient")).toMatchObject({ client_secret: secret, client_id: created.at("id") });
    }
    const moved = await okta.admin("PUT", path, webApp({ credentials: { client_id: "another-id" } }));
    expect(moved.status).toBe(400);
  });

  test("replaces a given secret, and drops secrets when it turns to keys", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", "/api/v1/apps", webApp());
    const path = `/api/v1/apps/${created.string("id")}`;
    await okta.admin("PUT", path, webApp({ credentials: { client_secret: "my-own-secret-of-2026" } }));
    const secrets = await okta.admin("GET", `${path}/credentials/secrets`);
    expect(secrets.each("", "client_secret")).toEqual(["my-own-secret-of-2026"]);
    const { jwk } = await newKey("a");
    const put = await okta.admin("PUT", path, serviceApp([jwk]));
    expect(put.at("credentials.oauthClient")).not.toHaveProperty("client_secret");
    expect((await okta.admin("GET", `${path}/credentials/secrets`)).body).toEqual([]);
  });

  test("replaces the whole key set, keeping ids of keys that stay", async () => {
    const okta = await startOkta();
    const [a, b] = await Promise.all([newKey("a"), newKey("b")]);
    const created = await okta.admin("POST", "/api/v1/apps", serviceApp([a.jwk]));
    const put = await okta.admin("PUT", `/api/v1/apps/${created.string("id")}`, serviceApp([b.jwk, a.jwk]));
    const keys = "settings.oauthClient.jwks.keys";
    expect(put.each(keys, "kid")).toEqual(["b", "a"]);
    expect(put.at(`${keys}.1.id`)).toBe(created.string(`${keys}.0.id`));
  });

  test("gives sets back in another order than they came", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", "/api/v1/apps", webApp());
    expect(created.at("settings.oauthClient.grant_types")).toEqual(["client_credentials", "authorization_code"]);
  });

  test("of one that holds a role is for super admins only", async () => {
    const okta = await startOkta();
    const lesser = await createManager(okta, ["okta.apps.manage"], ["APP_ADMIN"]);
    const plain = await okta.admin("POST", "/api/v1/apps", webApp());
    const token = await lesser.token("okta.apps.manage");
    expect((await okta.bearer(token, "PUT", `/api/v1/apps/${plain.string("id")}`, webApp())).status).toBe(200);
    const own = await okta.bearer(token, "PUT", `/api/v1/apps/${lesser.id}`, serviceApp([lesser.key.jwk]));
    expect(own.status).toBe(403);
    expect(own.at("errorCode")).toBe("E0000006");
    expect((await okta.admin("PUT", `/api/v1/apps/${lesser.id}`, serviceApp([lesser.key.jwk]))).status).toBe(200);
  });

  test("with other keys is for super admins only once it has Okta scopes", async () => {
    const okta = await startOkta();
    const lesser = await createManager(okta, ["okta.apps.manage"], ["APP_ADMIN"]);
    const granted = await createManager(okta, ["okta.clients.read"], []);
    const token = await lesser.token("okta.apps.manage");
    const path = `/api/v1/apps/${granted.id}`;
    expect((await okta.bearer(token, "PUT", path, serviceApp([granted.key.jwk]))).status).toBe(200);
    const { jwk } = await newKey("new");
    expect((await okta.bearer(token, "PUT", path, serviceApp([jwk]))).status).toBe(403);
  });
});

describe("life of an app", () => {
  test("deletes only what is deactivated, with its grants and roles", async () => {
    const okta = await startOkta();
    const before = structuredClone({ ...okta.okta.state, runtime: undefined });
    const manager = await createManager(okta, ["okta.clients.read"], ["APP_ADMIN"]);
    const path = `/api/v1/apps/${manager.id}`;
    const refused = await okta.admin("DELETE", path);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({
      errorCode: "E0000056",
      errorSummary: "Delete application forbidden.",
      errorCauses: [{ errorSummary: "The application must be deactivated before deletion." }],
    });
    const deactivated = await okta.admin("POST", `${path}/lifecycle/deactivate`);
    expect([deactivated.status, deactivated.body]).toEqual([200, {}]);
    expect((await okta.admin("DELETE", path)).status).toBe(204);
    expect({ ...okta.okta.state, runtime: undefined }).toEqual(before);
    const gone = await okta.admin("GET", path);
    expect(gone.status).toBe(404);
    expect(gone.body).toMatchObject({
      errorCode: "E0000007",
      errorSummary: `Not found: Resource not found: ${manager.id} (AppInstance)`,
    });
  });

  test("assigns an access policy that is there", async () => {
    const okta = await startOkta();
    const app = await okta.admin("POST", "/api/v1/apps", webApp());
    const policies = await okta.admin("GET", "/api/v1/policies?type=ACCESS_POLICY");
    expect(policies.each("", "system")).toEqual([true, false]);
    const assigned = await okta.admin("PUT", `/api/v1/apps/${app.string("id")}/policies/${policies.string("1.id")}`);
    expect([assigned.status, assigned.text]).toEqual([204, ""]);
    const read = await okta.admin("GET", `/api/v1/apps/${app.string("id")}`);
    expect(read.at("_links.accessPolicy.href")).toBe(`${ORG}/api/v1/policies/${policies.string("1.id")}`);
    expect((await okta.admin("PUT", `/api/v1/apps/${app.string("id")}/policies/rstNONE`)).status).toBe(404);
  });

  test("keeps the internal endpoint for API tokens", async () => {
    const okta = await startOkta();
    const manager = await createManager(okta, ["okta.apps.manage"], ["SUPER_ADMIN"]);
    const path = `/api/v1/internal/apps/${manager.id}/settings/oauth/idToken`;
    const refused = await okta.bearer(await manager.token("okta.apps.manage"), "POST", path, { issuerMode: "ORG_URL" });
    expect([refused.status, refused.at("errorCode")]).toEqual([403, "E0000005"]);
    expect((await okta.admin("POST", path, { issuerMode: "CUSTOM_URL" })).status).toBe(200);
    expect((await okta.admin("GET", path)).body).toEqual({ issuerMode: "CUSTOM_URL" });
    const unknown = await okta.admin("GET", path.replace(manager.id, "0oaNONE"));
    expect(unknown.at("errorSummary")).toBe("Not found: Resource not found: 0oaNONE (OAuth2AppInstance)");
  });
});

describe("listing apps", () => {
  test("filters by label and status, and pages by Link headers", async () => {
    const okta = await startOkta();
    for (const label of ["Manager 1", "Manager 2", "Manager 3", "Other"]) {
      await okta.admin("POST", "/api/v1/apps", webApp({ label }));
    }
    const first = await okta.admin("GET", "/api/v1/apps?q=manager&limit=2");
    expect(first.each("", "label")).toEqual(["Manager 1", "Manager 2"]);
    const link = first.headers.get("link") ?? "";
    expect(link).toContain('rel="self"');
    const next = /<([^>]+)>; rel="next"/.exec(link)?.[1] ?? "";
    expect(new URL(next).origin).toBe(ORG);
    const second = await okta.admin("GET", next);
    expect(second.each("", "label")).toEqual(["Manager 3"]);
    expect(second.headers.get("link")).not.toContain('rel="next"');
    const inactive = await okta.admin("GET", `/api/v1/apps?filter=${encodeURIComponent('status eq "INACTIVE"')}`);
    expect(inactive.body).toEqual([]);
    const wrong = await okta.admin("GET", "/api/v1/apps?filter=nonsense");
    expect([wrong.status, wrong.at("errorCode")]).toEqual([400, "E0000031"]);
  });
});
