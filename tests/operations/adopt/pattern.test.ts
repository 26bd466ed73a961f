import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { exportPKCS8, generateKeyPair } from "jose";
import { AnypointSide } from "../../../operations/adopt/anypoint-side.ts";
import { NothingTaken, type ObjectRow, Rows } from "../../../operations/adopt/object-row.ts";
import { OktaSide } from "../../../operations/adopt/okta-side.ts";
import { type Found, type PatternOptions, findPattern } from "../../../operations/adopt/pattern.ts";
import { OKTA_SCOPES } from "../../../config/settings.ts";
import { type HandMade, type HandMadeOptions, makeByHand, makeManager } from "../../../sandbox/hand-made.ts";
import { type Lab, startLab } from "../../../sandbox/lab.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await startLab();
});
afterEach(() => lab.close());

interface Seen {
  readonly rows: readonly ObjectRow[];
  readonly found?: Found;
  readonly message?: string;
}

async function look(options: Partial<PatternOptions> = {}, own: Record<string, unknown> = {}): Promise<Seen> {
  const { okta, anypoint } = lab.credentials;
  const rows = new Rows();
  try {
    const found = await findPattern(
      new OktaSide({ orgUrl: lab.okta.url, login: { kind: "service app", ...okta } }, OKTA_SCOPES),
      new AnypointSide({ baseUrl: lab.anypoint.url, credentials: { kind: "connected app", ...anypoint } }, undefined),
      { text: {}, secretKeys: new Set(), own, stored: own, inherited: {} },
      { stack: "dev", ownServer: false, runsTheStack: okta.clientId, ...options },
      rows,
    );
    return { rows: rows.all, found };
  } catch (error) {
    if (!(error instanceof NothingTaken)) throw error;
    return { rows: rows.all, message: error.message };
  }
}

const outcomes = ({ rows }: Seen, object: string): string[] =>
  rows.filter((row) => row.object === object).map(({ name, outcome }) => `${name} ${outcome}`);

const byHand = (options?: HandMadeOptions): Promise<HandMade> => makeByHand(lab, options);

/** Gives the private-key block other names than we look for, as a live organization may have. */
function hideBlock(): void {
  lab.anypoint.switches.privateKeyBlock = {
    ...lab.anypoint.switches.privateKeyBlock,
    methodPath: "client.auth.kind",
    clientIdPath: "client.auth.id",
    privateKeyPath: "client.auth.key",
    scopesPath: "client.auth.scopes",
  };
}

describe("the Manager", () => {
  test("two that could be it: listed, none taken, until one is chosen", async () => {
    const made = await byHand();
    const second = await makeManager(lab, undefined, "Another manager");
    hideBlock();
    const seen = await look();
    expect(seen.found).toBeUndefined();
    expect(seen.message).toContain("--manager CLIENT_ID");
    expect(outcomes(seen, "App A (Manager)")).toEqual([
      `MuleSoft-Client-Manager (${made.manager.id}) ambiguous`,
      `Another manager (${second.id}) ambiguous`,
    ]);
    const chosen = await look({ manager: second.id });
    expect(chosen.found?.wanted.plain.manager).toEqual({ label: "Another manager", clientId: second.id });
    expect(chosen.found?.wanted.warnings.join()).toContain("private-key block is not where it is looked for");
  });

  test("the only one, though the provider does not show it; the app that runs the stack is not it", async () => {
    const made = await byHand();
    hideBlock();
    expect(outcomes(await look(), "App A (Manager)")).toEqual([`MuleSoft-Client-Manager (${made.manager.id}) taken`]);
  });

  test("a client id that is not there, and one of another kind of app", async () => {
    const made = await byHand();
    expect((await look({ manager: "0oaNone" })).message).toContain("has no app with the client id 0oaNone");
    expect((await look({ manager: made.inspector.id })).message).toContain("must be an API Services app");
  });

  test("its key keeps its name; another app's key is refused, without a word of it", async () => {
    const { manager } = await byHand();
    const kept = await look({ managerKey: manager.privateKey });
    expect(kept.found?.wanted.plain.manager).toMatchObject({ kid: manager.kid });
    expect(kept.found?.wanted.secrets).toMatchObject({ managerPrivateKey: manager.privateKey });
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const other = await look({ managerKey: await exportPKCS8(privateKey) });
    expect(other.message).toMatch(/is none of the 1 keys of MuleSoft-Client-Manager/);
    expect(other.message).not.toContain("PRIVATE");
  });

  test("other roles and grants than the usual ones", async () => {
    const { manager } = await byHand();
    for (const role of Object.values(lab.okta.state.roles)) if (role.clientId === manager.id) role.type = "ORG_ADMIN";
    const { found } = await look();
    expect(found?.wanted.plain).toMatchObject({
      manager: { adminRole: { type: "ORG_ADMIN" } },
      adopt: { managerApp: manager.id, managerGrants: true, managerRole: expect.any(String) },
    });
  });
});

describe("grants of App A", () => {
  test("that the pattern does not need are named before the first up takes them away", async () => {
    const { manager } = await byHand();
    expect((await look()).found?.wanted.warnings.join()).not.toContain("takes that away");
    const grant = Object.values(lab.okta.state.grants).find(({ scopeId }) => scopeId === "okta.clients.read");
    lab.okta.state.grants.more = { ...structuredClone(grant!), id: "more", scopeId: "okta.apps.read" };
    const warned = (await look()).found?.wanted.warnings.join();
    expect(warned).toContain(`MuleSoft-Client-Manager (${manager.id}) is granted okta.apps.read`);
    expect(warned).toContain("the first `up` takes that away");
  });
});

describe("the client provider", () => {
  test("two of the org: listed, none taken, until one is chosen by name or id", async () => {
    const made = await byHand();
    const twin = structuredClone(lab.anypoint.state.clientProviders[made.provider.id]);
    const id = "00000000-0000-4000-8000-000000000000";
    if (twin !== undefined) lab.anypoint.state.clientProviders[id] = { ...twin, providerId: id, name: "Twin" };
    const seen = await look();
    expect(seen.message).toContain("--provider NAME_OR_ID");
    expect(outcomes(seen, "client provider").sort()).toEqual([
      `${made.provider.name} (${made.provider.id}) ambiguous`,
      `Twin (${id}) ambiguous`,
    ]);
    for (const provider of [made.provider.id, made.provider.name]) {
      expect((await look({ provider })).found?.taken.provider.id).toBe(made.provider.id);
    }
    expect((await look({ provider: "Nobody's" })).message).toContain('no client provider "Nobody\'s"');
  });

  test("none of the org, and an Inspector of another org", async () => {
    expect((await look()).message).toContain("shows no client provider of http://127.0.0.1");
    const made = await byHand();
    delete lab.okta.state.apps[made.inspector.id];
    const seen = await look();
    expect(outcomes(seen, "App B (Inspector)")).toEqual([`${made.inspector.id} missing`]);
  });

  test("its settings that are not our defaults", async () => {
    const made = await byHand();
    const provider = lab.anypoint.state.clientProviders[made.provider.id];
    if (provider === undefined) throw new Error("it was made");
    provider.allow_untrusted_certificates = true;
    provider.oidc.allow_external_client_modification = true;
    expect((await look()).found?.wanted.plain.clientProvider).toEqual({
      name: made.provider.name,
      environments: ["Sandbox"],
      clientDeletion: "everywhere",
      timeoutSeconds: 10,
      validateCertificates: false,
      adopt: true,
    });
    provider.oidc.client_request_timeout = 30_000;
    const { found } = await look();
    expect(found?.wanted.plain.clientProvider).not.toHaveProperty("timeoutSeconds");
    expect(found?.wanted.warnings.join()).toContain("timeout of 30 s");
  });
});

describe("the Inspector", () => {
  test("its secret is read, and of two the newer one is taken", async () => {
    const made = await byHand();
    expect((await look()).found?.wanted.secrets).toEqual({ inspectorClientSecret: made.inspector.clientSecret });
    const later = new Date(Date.now() + 60_000).toISOString();
    lab.okta.state.apps[made.inspector.id]?.secrets.push({
      ...{ id: "ocsnew", value: "the-newer-secret-of-the-two", status: "ACTIVE" },
      ...{ created: later, lastUpdated: later },
    });
    const { found } = await look();
    expect(found?.wanted.secrets.inspectorClientSecret).toBe("the-newer-secret-of-the-two");
    expect(found?.wanted.warnings.join()).toContain("two active secrets");
  });

  test("one without a secret is no Inspector", async () => {
    const made = await byHand();
    const app = lab.okta.state.apps[made.inspector.id];
    if (app !== undefined) app.authenticationMethod = "none";
    expect((await look()).message).toContain("App B must have a client secret");
  });
});

describe("the authorization server", () => {
  test("the provider introspects at the org: the only server with the scopes, and it is left so", async () => {
    const made = await byHand({ introspectAt: "org" });
    const { found } = await look();
    expect(found?.wanted.plain).toMatchObject({
      authorizationServer: { id: made.server.id, existingScopes: [made.server.scope], allowClients: "unmanaged" },
      clientProvider: { introspectAt: "org" },
    });
    expect(found?.wanted.warnings.join()).toContain("APIs answer 401");
  });

  test("none or several with the scopes: it is to be chosen", async () => {
    const made = await byHand({ introspectAt: "org" });
    const scope = lab.okta.state.scopes[made.server.scopeId];
    const [byDefault] = Object.values(lab.okta.state.authorizationServers).filter((server) => server.default);
    if (scope !== undefined) lab.okta.state.scopes.scpTwin = { ...scope, id: "scpTwin", serverId: byDefault?.id ?? "" };
    const seen = await look();
    expect(seen.message).toContain("--server ID");
    expect(outcomes(seen, "authorization server")).toHaveLength(2);
    expect((await look({ server: "default" })).found?.wanted.plain.authorizationServer).toMatchObject({
      id: "default",
    });
    expect((await look({ server: "ausNone" })).message).toContain("no authorization server ausNone");
  });

  test("with --own-server its objects; a policy that says more than ours could goes on deciding", async () => {
    const made = await byHand();
    const own = await look({ ownServer: true });
    expect(own.found?.wanted.plain).toMatchObject({
      authorizationServer: {
        scopes: [{ name: made.server.scope, description: "Reads orders" }],
        allowClients: "all",
        accessTokenLifetimeMinutes: 30,
      },
      adopt: {
        serverScopes: { [made.server.scope]: made.server.scopeId },
        accessPolicy: made.server.policyId,
        accessRule: made.server.ruleId,
      },
    });
    lab.okta.state.policyRules[made.server.ruleId]?.grantTypes.push("authorization_code");
    const more = await look({ ownServer: true });
    expect(outcomes(more, "access policy")).toEqual([`Mule consumers (${made.server.policyId}) left alone`]);
    expect(more.found?.wanted.plain.authorizationServer).toMatchObject({ allowClients: "unmanaged" });
  });
});

describe("APIs and applications", () => {
  test("a person's application stays that person's; one without contract is left alone", async () => {
    const made = await byHand();
    for (const contract of Object.values(lab.anypoint.state.contracts)) {
      if (String(contract.applicationId) === made.application.id) delete lab.anypoint.state.contracts[contract.id];
    }
    const seen = await look();
    expect(outcomes(seen, "application").sort()).toEqual([
      `orders-of-jane (${made.applicationOfPerson.id}) left alone`,
      `orders-web (${made.application.id}) left alone`,
    ]);
    expect(seen.rows.find(({ name }) => name.startsWith("orders-of-jane"))?.why).toContain("is owned by jane.doe");
    expect(seen.found?.wanted.plain).not.toHaveProperty("consumers");
  });

  test.each([
    ["disabled", { disabled: true }],
    ["covers some methods and paths only", { pointcutData: [{ methodRegex: "GET", uriTemplateRegex: "/a" }] }],
  ])("an API whose policy %s is left alone", async (why, change) => {
    const made = await byHand();
    Object.assign(lab.anypoint.state.policies[made.api.policyId] ?? {}, change);
    const seen = await look();
    expect(seen.rows.find(({ object }) => object === "API instance")).toMatchObject({
      outcome: "left alone",
      why: expect.stringContaining(why),
    });
  });

  test("skipClientIdValidation is kept and told", async () => {
    const made = await byHand();
    Object.assign(lab.anypoint.state.policies[made.api.policyId]?.configurationData ?? {}, {
      skipClientIdValidation: true,
    });
    const { found } = await look();
    expect(found?.wanted.plain.apis).toMatchObject([{ policy: { configuration: { skipClientIdValidation: true } } }]);
    expect(found?.wanted.warnings.join()).toContain("tokens of ANY client");
  });

  test("names that the configuration has already are used again", async () => {
    const made = await byHand();
    const { found } = await look(
      {},
      {
        apis: [
          { name: "orders", instanceId: Number(made.api.id) },
          { name: "by-hand", asset: {} },
        ],
        consumers: [{ name: "web", applicationName: "orders-web" }],
      },
    );
    expect(found?.wanted.plain).toMatchObject({
      apis: [{ name: "orders" }],
      consumers: [{ name: "web", api: "orders" }],
    });
  });
});
