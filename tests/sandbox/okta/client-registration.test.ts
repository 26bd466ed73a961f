import { describe, expect, test } from "@jest/globals";
import { newKey, registerClient, registration, startOkta } from "./local-okta.ts";

const PATH = "/oauth2/v1/clients";

describe("registering a client", () => {
  test("answers 201 with id and secret, and makes a web app that needs consent", async () => {
    const okta = await startOkta();
    const created = await okta.admin("POST", PATH, registration());
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      client_id: expect.stringMatching(/^0oa/),
      client_secret: expect.stringMatching(/^[\w-]{64}$/),
      client_id_issued_at: okta.now(),
      client_secret_expires_at: 0,
      client_name: "orders-consumer",
      client_uri: null,
      logo_uri: null,
      redirect_uris: ["https://consumer.example/callback"],
      response_types: ["token", "code"],
      grant_types: ["client_credentials", "authorization_code"],
      token_endpoint_auth_method: "client_secret_basic",
      application_type: "web",
    });
    const app = await okta.admin("GET", `/api/v1/apps/${created.string("client_id")}`);
    expect(app.body).toMatchObject({ label: "orders-consumer", status: "ACTIVE" });
    expect(app.at("settings.oauthClient")).toMatchObject({ application_type: "web", consent_method: "REQUIRED" });
  });

  test.each<[string, Record<string, unknown>, string]>([
    [
      "client_credentials alone, since a client is a web client by default",
      { grant_types: ["client_credentials"], response_types: ["token"] },
      "'grant_types' must contain 'authorization_code' when 'application_type' is 'web'.",
    ],
    [
      "the code flow without redirect URI",
      { redirect_uris: [] },
      "'redirect_uris' must have at least one URI for the given 'grant_types'.",
    ],
    ["no name", { client_name: undefined }, "`client_name`: The field can't be left blank."],
    ["an empty name", { client_name: "" }, "`client_name`: The field can't be left blank."],
    ["a chosen secret", { client_secret: "x" }, "`client_secret`: The field can't be chosen at registration."],
    [
      "a key client without keys",
      { token_endpoint_auth_method: "private_key_jwt" },
      "'jwks' or 'jwks_uri' is required when 'token_endpoint_auth_method' is 'private_key_jwt'.",
    ],
  ])("refuses %s", async (_name, over, error_description) => {
    const okta = await startOkta();
    const answer = await okta.admin("POST", PATH, registration(over));
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ error: "invalid_client_metadata", error_description });
    expect(okta.okta.state.apps).toEqual({});
  });

  test("takes a service client for client_credentials, and a key client without secret", async () => {
    const okta = await startOkta();
    const service = { client_name: "svc", application_type: "service", grant_types: ["client_credentials"] };
    const created = await okta.admin("POST", PATH, service);
    expect(created.body).toMatchObject({ response_types: ["token"], redirect_uris: [] });
    const { jwk } = await newKey("k");
    const keyed = await okta.admin("POST", PATH, {
      ...service,
      response_types: ["token"],
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [jwk] },
    });
    expect(keyed.status).toBe(201);
    expect(keyed.body).not.toHaveProperty("client_secret");
    expect(keyed.body).not.toHaveProperty("client_secret_expires_at");
  });
});

describe("reading clients", () => {
  test("shows no secret, finds by the start of the name, and pages by twenty", async () => {
    const okta = await startOkta();
    const first = await registerClient(okta, "orders 00");
    for (let i = 1; i < 21; i += 1) await registerClient(okta, `orders ${String(i).padStart(2, "0")}`);
    await registerClient(okta, "billing");
    const read = await okta.admin("GET", `${PATH}/${first.id}`);
    expect(read.at("client_name")).toBe("orders 00");
    expect(read.body).not.toHaveProperty("client_secret");
    const page = await okta.admin("GET", `${PATH}?q=Orders`);
    expect(page.each("", "client_name")).toHaveLength(20);
    expect(page.text).not.toContain(first.secret);
    const next = /<([^>]+)>; rel="next"/.exec(page.headers.get("link") ?? "")?.[1] ?? "";
    expect((await okta.admin("GET", next)).each("", "client_name")).toEqual(["orders 20"]);
  });

  test("of unknown ids answers 404", async () => {
    const okta = await startOkta();
    for (const [method, path] of [
      ["GET", `${PATH}/0oaNONE`],
      ["DELETE", `${PATH}/0oaNONE`],
      ["POST", `${PATH}/0oaNONE/lifecycle/newSecret`],
    ] as const) {
      const answer = await okta.admin(method, path);
      expect(answer.status).toBe(404);
      expect(answer.at("errorSummary")).toBe("Not found: Resource not found: 0oaNONE (PublicClientApp)");
    }
  });
});

describe("updating a client", () => {
  test("takes the full object, keeps the secret and shows it", async () => {
    const okta = await startOkta();
    const client = await registerClient(okta);
    const full = { ...registration({ client_name: "renamed" }), client_id: client.id, application_type: "web" };
    const answer = await okta.admin("PUT", `${PATH}/${client.id}`, full);
    expect(answer.body).toMatchObject({ client_name: "renamed", client_secret: client.secret });
    const own = await okta.admin("PUT", `${PATH}/${client.id}`, { ...full, client_secret: client.secret });
    expect(own.status).toBe(200);
  });

  test("refuses what is left out, read-only, chosen or of another client", async () => {
    const okta = await startOkta();
    const client = await registerClient(okta);
    const full = { ...registration(), client_id: client.id, application_type: "web" };
    for (const [body, field] of [
      [{ ...full, application_type: undefined }, "application_type"],
      [{ ...full, redirect_uris: undefined }, "redirect_uris"],
      [{ ...full, client_id_issued_at: 1 }, "client_id_issued_at"],
      [{ ...full, client_secret_expires_at: 0 }, "client_secret_expires_at"],
      [{ ...full, client_secret: "another-secret-of-mine" }, "client_secret"],
      [{ ...full, client_id: "0oaOTHER" }, "client_id"],
    ] as const) {
      const answer = await okta.admin("PUT", `${PATH}/${client.id}`, body);
      expect([answer.status, answer.at("error")]).toEqual([400, "invalid_client_metadata"]);
      expect(answer.at("error_description")).toContain(`\`${field}\``);
    }
    okta.okta.switches.partialClientUpdates = true;
    const partial = await okta.admin("PUT", `${PATH}/${client.id}`, registration({ client_name: "renamed" }));
    expect(partial.body).toMatchObject({ client_name: "renamed", application_type: "web" });
  });

  test("makes a new secret in place of the old one", async () => {
    const okta = await startOkta();
    const client = await registerClient(okta);
    const answer = await okta.admin("POST", `${PATH}/${client.id}/lifecycle/newSecret`);
    expect(answer.status).toBe(200);
    expect(answer.string("client_secret")).not.toBe(client.secret);
    expect(okta.okta.secrets()).not.toContain(client.secret);
  });
});

test("deleting a client needs no deactivation, and takes its app away", async () => {
  const okta = await startOkta();
  const client = await registerClient(okta);
  expect((await okta.admin("DELETE", `${PATH}/${client.id}`)).status).toBe(204);
  expect((await okta.admin("GET", `/api/v1/apps/${client.id}`)).status).toBe(404);
  expect(okta.okta.state.apps).toEqual({});
});
