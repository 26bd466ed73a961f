import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { Faults } from "../../../../sandbox/core/faults.ts";
import { Journal } from "../../../../sandbox/core/journal.ts";
import { type LocalServer, startServer } from "../../../../sandbox/core/server.ts";
import { type LocalOkta, createOkta } from "../../../../sandbox/okta/index.ts";
import { type Props, revealProps } from "../../../../sandbox/plugins/grpc/values.ts";
import { oktaPlugin } from "../../../../sandbox/plugins/okta/provider.ts";
import { type Relay, startRelay } from "../absolute-form.ts";
import { type RunningPlugin, type Stored, startPlugin } from "../plugin-client.ts";
import { API_TOKEN, type LoginName, PUBLIC_KEY, configurationOf } from "./logins.ts";

let server: LocalServer;
let relay: Relay;
/** The org's URL, as the plugin has it. */
let url: string;
let journal: Journal;
let okta: LocalOkta;
let plugin: RunningPlugin;

async function start(form: "origin" | "absolute"): Promise<void> {
  server = await startServer();
  relay = await startRelay(server.url);
  url = form === "origin" ? server.url : relay.url;
  journal = new Journal();
  const { kty, n, e } = PUBLIC_KEY.export({ format: "jwk" });
  okta = await createOkta({
    baseUrl: url,
    journal,
    faults: new Faults(),
    apiToken: API_TOKEN,
    bootstrap: { clientId: "0oaBootstrap", publicJwk: { kty: kty!, n, e, kid: "boot-1" } },
  });
  server.serve(okta.app);
  plugin = await startPlugin(oktaPlugin);
}

afterEach(async () => {
  plugin.close();
  await relay.close();
  await server.close();
});

const ALL_SCOPES = [
  "okta.apps.manage",
  "okta.appGrants.manage",
  "okta.roles.manage",
  "okta.authorizationServers.manage",
  "okta.policies.read",
];

describe.each<[LoginName, "origin" | "absolute"]>([
  ["apiToken", "origin"],
  ["privateKey", "origin"],
  ["apiToken", "absolute"],
  ["privateKey", "absolute"],
])("every type against the local Okta, login by %s, request targets in %s form", (name, form) => {
  beforeEach(() => start(form));

  /** Creates, then sees that a read finds nothing new. */
  async function settle(token: string, program: Props): Promise<Stored & { delete(): Promise<void> }> {
    const resource = plugin.resource(token);
    const { inputs, failures } = await resource.check(program);
    expect(failures).toEqual([]);
    const created = await resource.create(inputs);
    const read = await resource.read(created.id, created.outputs, inputs);
    expect(await resource.diff(read.outputs, inputs)).toEqual({});
    expect(read.inputs).toEqual(inputs);
    expect(revealProps(read.outputs)).toEqual(revealProps(created.outputs));
    return { ...created, delete: () => resource.delete(created.id, created.outputs) };
  }

  test("settles at once and leaves the org as it was", async () => {
    const before = structuredClone({ ...okta.state, runtime: undefined });
    await plugin.configure({ ...configurationOf(name, url), scopes: JSON.stringify(ALL_SCOPES) });

    const manager = await settle("okta:app/oAuth:OAuth", {
      label: "Manager",
      type: "service",
      clientId: "mulesoft-client-manager",
      grantTypes: ["client_credentials"],
      responseTypes: ["token"],
      tokenEndpointAuthMethod: "private_key_jwt",
      jwks: [{ kid: "k1", kty: "RSA", e: "AQAB", n: PUBLIC_KEY.export({ format: "jwk" }).n }],
      skipAuthenticationPolicy: true,
    });
    const grants = await settle("okta:index/appOauthApiScope:AppOauthApiScope", {
      appId: manager.id,
      issuer: url,
      scopes: ["okta.clients.register", "okta.clients.read"],
    });
    const role = await settle("okta:app/oauthRoleAssignment:OauthRoleAssignment", {
      clientId: manager.outputs["clientId"],
      type: "APP_ADMIN",
    });
    const inspector = await settle("okta:app/oAuth:OAuth", {
      label: "Inspector",
      type: "web",
      redirectUris: ["https://unused.invalid/callback"],
      tokenEndpointAuthMethod: "client_secret_post",
    });
    const issuer = await settle("okta:auth/server:Server", { name: "mule", audiences: ["api://mule"] });
    const scope = await settle("okta:auth/serverScope:ServerScope", { authServerId: issuer.id, name: "orders.read" });
    const policy = await settle("okta:auth/serverPolicy:ServerPolicy", {
      authServerId: issuer.id,
      name: "consumers",
      description: "of the APIs",
      priority: 1,
      clientWhitelists: ["ALL_CLIENTS"],
    });
    const rule = await settle("okta:auth/serverPolicyRule:ServerPolicyRule", {
      authServerId: issuer.id,
      policyId: policy.id,
      name: "client credentials",
      priority: 1,
      grantTypeWhitelists: ["client_credentials"],
      scopeWhitelists: ["orders.read"],
    });
    expect(revealProps(inspector.outputs)["clientSecret"]).toEqual(expect.any(String));

    for (const made of [rule, policy, scope, issuer, inspector, role, grants, manager]) await made.delete();
    expect({ ...okta.state, runtime: undefined }).toEqual(before);
    const failed = journal.entries().filter(({ status }) => status >= 400);
    expect(failed).toEqual([]);
  });

  test("an update of the app keeps its client id and its secret", async () => {
    await plugin.configure({ ...configurationOf(name, url), scopes: JSON.stringify(ALL_SCOPES) });
    const app = plugin.resource("okta:app/oAuth:OAuth");
    const program = { label: "Web", type: "web", redirectUris: ["https://unused.invalid/callback"] };
    const { inputs } = await app.check(program);
    const created = await app.create(inputs);
    const changed = { ...inputs, label: "Web 2" };
    const updated = await app.update(created.id, created.outputs, changed);
    expect(await app.diff(updated, changed)).toEqual({});
    expect({ ...revealProps(updated), label: "Web" }).toEqual(revealProps(created.outputs));
    const imported = await app.read(created.id);
    expect(await app.diff(imported.outputs, changed)).toEqual({});
  });
});
