/** What counts as gone, and as left by a run of this stack, against the local Okta. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readSettings } from "../../../config/settings.ts";
import { OktaSide } from "../../../operations/adopt/okta-side.ts";
import type { StoredResource } from "../../../operations/repair-state/deployment.ts";
import { findGone } from "../../../operations/repair-state/gone.ts";
import { findLeft } from "../../../operations/repair-state/left.ts";
import { staleKeys } from "../../../operations/repair-state/report.ts";
import { readOktaConnection } from "../../../providers/okta/login.ts";
import { oktaId } from "../../../sandbox/core/ids.ts";
import { type Lab, startLab } from "../../../sandbox/lab.ts";
import { addServer } from "../../../sandbox/okta/servers.ts";
import { sandboxConfig } from "../../../sandbox/stack-config.ts";

const BEGAN = "2026-03-01T10:00:00.000Z";
const LATER = "2026-03-01T10:00:05.000Z";
const BEFORE = "2026-02-01T10:00:00.000Z";
const MANAGER = "mulesoft-client-manager-sandbox-1";
const INSPECTOR = "mulesoft-token-introspection-sandbox-1";

let lab: Lab;
let pristine: Lab["okta"]["state"];
beforeAll(async () => {
  lab = await startLab();
  pristine = structuredClone(lab.okta.state);
});
afterAll(() => lab.close());
beforeEach(() => {
  Object.assign(lab.okta.state, structuredClone(pristine));
});

const resource = (type: string, name: string, more: Partial<StoredResource> = {}): StoredResource => ({
  urn: `urn:pulumi:sandbox::okta-anypoint::${type}::${name}`,
  type,
  created: BEGAN,
  ...more,
});
const component = (type: string, name: string) => resource(`okta-anypoint:index:${type}`, `okta-anypoint-${name}`);

/** The state of an `up` that made no object yet. */
const BEGUN = [
  resource("pulumi:providers:okta", "okta", { id: "provider" }),
  component("ManagerApp", "manager"),
  component("ClientAdminRole", "manager-role"),
  component("InspectorApp", "inspector"),
  component("ApiAuthorizationServer", "tokens"),
];

function configured(changes: Record<string, unknown> = {}) {
  const values = sandboxConfig(lab, changes);
  const config = Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
  const isSecret = (key: string) => values[key]?.secret ?? false;
  const settings = readSettings({ stack: "sandbox", config, isSecret, environment: {} });
  const okta = new OktaSide(
    readOktaConnection((key) => config[key], {}),
    settings.okta.scopes ?? [],
  );
  return { settings, okta };
}

async function left(resources: readonly StoredResource[] = BEGUN, changes: Record<string, unknown> = {}) {
  const { adopt, remove, alone } = await findLeft({ ...configured(changes), resources });
  return {
    adopt: adopt.map(({ as: { name, id, parent } }) => [name, id, parent.split("::").at(-1)]),
    remove: remove.map((one) => ("app" in one ? one.app.clientId : one.server.id)),
    alone: alone.map(({ what, why, whatToDo }) => `${what}: ${why}. ${whatToDo}`),
  };
}

function app(clientId: string, created = LATER): string {
  const id = oktaId("0oa");
  const [model] = Object.values(pristine.apps);
  lab.okta.state.apps[id] = { ...structuredClone(model!), id, clientId, label: clientId, created };
  return id;
}

async function server(created = LATER, audience = "api://mulesoft"): Promise<string> {
  const { id } = await addServer(lab.okta.state, created, {
    ...{ name: "mulesoft-apis", description: "", audiences: [audience], issuerMode: "ORG_URL", rotationMode: "AUTO" },
  });
  return id;
}

describe("left by a run that was cut off", () => {
  test("nothing at Okta, nothing to do", async () => {
    expect(await left()).toEqual({ adopt: [], remove: [], alone: [] });
  });

  test("our client ids, made after the stack began: one is taken in, the other made anew", async () => {
    const [manager] = [app(MANAGER), app(INSPECTOR)];
    expect(await left()).toEqual({
      adopt: [["okta-anypoint-manager-app", manager, "okta-anypoint-manager"]],
      remove: [INSPECTOR],
      alone: [],
    });
  });

  test("our client ids, there before the stack began, are another's", async () => {
    app(MANAGER, BEFORE);
    app(INSPECTOR, BEFORE);
    const found = await left();
    expect(found).toMatchObject({ adopt: [], remove: [] });
    expect(found.alone).toEqual([
      expect.stringMatching(/made at 2026-02-01.* before the stack began .*okta-anypoint:manager\.clientId/),
      expect.stringMatching(/made at 2026-02-01.* before the stack began .*okta-anypoint:inspector\.clientId/),
    ]);
  });

  test("a state that lacks the components, as one that was made anew, claims nothing", async () => {
    app(MANAGER);
    app(INSPECTOR);
    await server();
    expect(await left([resource("pulumi:pulumi:Stack", "s")])).toEqual({ adopt: [], remove: [], alone: [] });
  });

  test("where the state does not say when it began, nothing is touched", async () => {
    app(INSPECTOR);
    const undated = BEGUN.map(({ created: _, ...rest }) => rest);
    expect(await left(undated)).toMatchObject({ adopt: [], remove: [], alone: [expect.stringContaining("not known")] });
  });

  test("an Inspector that a client provider uses is not deleted", async () => {
    const id = app(INSPECTOR);
    const provider = resource("pulumi-nodejs:dynamic/anypoint:ClientProvider", "p", {
      id: "cp1",
      outputs: { inspectorClientId: INSPECTOR },
    });
    const found = await left([...BEGUN, provider]);
    expect(found).toMatchObject({ adopt: [], remove: [] });
    expect(found.alone).toEqual([expect.stringMatching(`client provider cp1 uses it.*adopt.inspectorApp: ${id}`)]);
  });

  test("an app that waits for its deletion is known to the state", async () => {
    const id = app(MANAGER);
    const replaced = resource("okta:app/oAuth:OAuth", "okta-anypoint-manager-app", { id, delete: true });
    expect(await left([...BEGUN, replaced])).toEqual({ adopt: [], remove: [], alone: [] });
  });

  test("of servers of our name the one of our audience that was made since, if it is the only one", async () => {
    await server(BEFORE);
    await server(LATER, "api://another");
    expect(await left()).toEqual({ adopt: [], remove: [], alone: [] });
    const id = await server();
    expect(await left()).toEqual({
      adopt: [["okta-anypoint-tokens-server", id, "okta-anypoint-tokens"]],
      remove: [],
      alone: [],
    });
    const second = await server();
    const found = await left();
    expect(found.adopt).toEqual([]);
    expect(found.alone).toEqual([expect.stringContaining("several"), expect.stringContaining("several")]);
    const known = resource("okta:auth/server:Server", "okta-anypoint-tokens-server", { id });
    expect(await left([...BEGUN, known])).toMatchObject({ remove: [second], alone: [] });
    const used = { id: "scp9", serverId: second, name: "used", displayName: "", description: "" };
    Object.assign(lab.okta.state.scopes, { scp9: { ...used, consent: "IMPLICIT", default: false, system: false } });
    expect(await left([...BEGUN, known])).toMatchObject({
      remove: [],
      alone: [expect.stringContaining(`the state has another one, ${id}`)],
    });
  });

  test("a scope of a server that is not ours is left alone", async () => {
    const id = await server(BEFORE);
    const scope = { id: "scp1", serverId: id, name: "custom_scope", displayName: "", description: "" };
    Object.assign(lab.okta.state.scopes, { scp1: { ...scope, consent: "IMPLICIT", default: false, system: false } });
    const found = await left(BEGUN, {
      "okta-anypoint:authorizationServer": { id, scopes: ["custom_scope"] },
    });
    expect(found).toMatchObject({ adopt: [], remove: [] });
    expect(found.alone).toEqual([expect.stringMatching(/scope custom_scope \(scp1\).*existingScopes/)]);
  });

  test("grants and role of an adopted app are the configuration's to name", async () => {
    const [model] = Object.values(pristine.apps);
    const clientId = model!.clientId;
    const manager = resource("okta:app/oAuth:OAuth", "okta-anypoint-manager-app", {
      id: model!.id,
      outputs: { clientId },
    });
    const found = await left([...BEGUN, manager], {
      "okta-anypoint:manager": { clientId, adminRole: { type: "SUPER_ADMIN" } },
      "okta-anypoint:adopt": { managerApp: model!.id },
    });
    expect(found).toMatchObject({ adopt: [], remove: [] });
    expect(found.alone).toEqual([
      expect.stringContaining("adopt.managerGrants: true"),
      expect.stringContaining("adopt.managerRole: "),
    ]);
  });
});

describe("gone", () => {
  test("what lived in a gone object goes with it, and keys that name it are told", async () => {
    const okta = (type: string, name: string, id: string, outputs: Record<string, string> = {}) =>
      resource(`okta:${type}`, name, { id, outputs });
    const [there] = Object.values(pristine.apps);
    const resources = [
      okta("app/oAuth:OAuth", "there", there!.id),
      okta("app/oAuth:OAuth", "a", "0oaGONE"),
      okta("index/appOauthApiScope:AppOauthApiScope", "a-scopes", "0oaGONE", { appId: "0oaGONE" }),
      okta("app/oauthRoleAssignment:OauthRoleAssignment", "a-role", "ROLE", { clientId: "gone-client" }),
      okta("auth/serverScope:ServerScope", "s-scope", "scpGONE", { authServerId: "ausGONE" }),
      okta("auth/serverPolicy:ServerPolicy", "s-policy", "00pGONE", { authServerId: "ausGONE" }),
      okta("auth/serverPolicyRule:ServerPolicyRule", "s-rule", "0prGONE", {
        ...{ authServerId: "ausGONE", policyId: "00pGONE" },
      }),
      resource("pulumi-nodejs:dynamic/anypoint:ClientProvider", "p", { id: "cp1" }),
    ];
    const adopt = { managerApp: "0oaGONE", managerGrants: true, managerRole: "ROLE", accessPolicy: "00pGONE" };
    const { settings, okta: side } = configured({
      "okta-anypoint:manager": { clientId: "gone-client" },
      "okta-anypoint:authorizationServer": { id: "ausGONE", scopes: ["custom_scope"] },
      "okta-anypoint:adopt": adopt,
    });
    const gone = await findGone(side, resources);
    expect(gone.map(({ resource: { urn } }) => urn.split("::").at(-1))).toEqual([
      ...["a", "a-scopes", "a-role", "s-scope", "s-policy", "s-rule"],
    ]);
    expect(staleKeys(settings, gone).map((key) => key.split(" ")[0])).toEqual([
      ...["adopt.managerApp", "adopt.managerGrants", "adopt.managerRole", "manager.clientId"],
      ...["adopt.accessPolicy", "authorizationServer.id"],
    ]);
  });
});
