import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { RULES, type RuleSettings, type SeenResource, violations } from "../../policies/rules.ts";

const ORG = "https://acme.okta.com";
const DAY = 86_400_000;
const NOW = Date.parse("2026-06-01T00:00:00Z");
const settings: RuleSettings = {
  ...{ stack: "dev", maxKeyAgeDays: 180, exceptions: {}, now: NOW },
};
const prod: RuleSettings = { ...settings, stack: "prod" };

const jwk = (modulusLength: number) => {
  const { n, e, kty } = generateKeyPairSync("rsa", { modulusLength }).publicKey.export({ format: "jwk" });
  return { kty, n, e, kid: "k" };
};
const [key, short] = [jwk(2048), jwk(1024)];

const APP = "okta:app/oAuth:OAuth";
const SERVER = "okta:auth/server:Server";
const PROVIDER = "pulumi-nodejs:dynamic/anypoint:ClientProvider";
const KEY = "pulumi-nodejs:dynamic/okta-anypoint:SigningKey";

const resource = (type: string, props: SeenResource["props"], protect = false): SeenResource => ({
  ...{ type, name: "it", props, protect },
});
const manager = (over: object = {}, protect = false) =>
  resource(APP, { type: "service", tokenEndpointAuthMethod: "private_key_jwt", jwks: [key], ...over }, protect);
const inspector = resource(APP, { type: "web", tokenEndpointAuthMethod: "client_secret_post" }, true);
const provider = (over: object = {}, protect = false) =>
  resource(
    PROVIDER,
    {
      issuer: ORG,
      registrationUrl: `${ORG}/oauth2/v1/clients`,
      authorizeUrl: `${ORG}/oauth2/v1/authorize`,
      tokenUrl: `${ORG}/oauth2/v1/token`,
      introspectionUrl: `${ORG}/oauth2/aus1/v1/introspect`,
      ...{ timeoutSeconds: 5, allowUntrustedCertificates: false, allowExternalClientModification: false },
      ...over,
    },
    protect,
  );
const signingKey = (days: number) => resource(KEY, { createdAt: new Date(NOW - days * DAY).toISOString() });
const scopes = (...names: string[]) => resource("okta:index/appOauthApiScope:AppOauthApiScope", { scopes: names });
const role = (type: string) => resource("okta:app/oauthRoleAssignment:OauthRoleAssignment", { type });
const policy = (configuration?: object, over: object = {}) =>
  resource("pulumi-nodejs:dynamic/anypoint:ApiPolicy", { configuration, ...over });
const application = (...redirectUris: string[]) =>
  resource("pulumi-nodejs:dynamic/anypoint:ClientApplication", { redirectUris });
const rule = (...names: string[]) =>
  resource("okta:auth/serverPolicyRule:ServerPolicyRule", { scopeWhitelists: names });

/** What each rule lets through, and what breaks it and how it says so. */
const CASES: Record<
  string,
  { keeps: [SeenResource, RuleSettings?][]; breaks: [SeenResource, RegExp, RuleSettings?][] }
> = {
  "manager-private-key-jwt": {
    keeps: [[manager()], [inspector]],
    breaks: [
      [manager({ tokenEndpointAuthMethod: "client_secret_basic" }), /by client_secret_basic\. Set/],
      [provider({ registrationHeader: "SSWS 00x" }), /with a static header/],
    ],
  },
  "manager-key": {
    keeps: [[manager()], [manager({ jwks: undefined })], [resource(KEY, { modulusLength: 3072 })], [inspector]],
    breaks: [
      [manager({ jwks: [key, jwk(2048)] }), /has 2 keys/],
      [manager({ jwks: [] }), /has 0 keys/],
      [manager({ jwks: undefined, jwksUri: "https://keys.example/jwks" }), /stand at a URL/],
      [manager({ jwks: [short] }), /has 1024 bits/],
      [manager({ jwks: [{ kty: "EC", crv: "P-256", x: "x", y: "y" }] }), /not RSA/],
      [resource(KEY, { modulusLength: 1024 }), /has 1024 bits/],
    ],
  },
  "manager-scopes": {
    keeps: [[scopes("okta.clients.register", "okta.clients.read", "okta.clients.manage")], [scopes()]],
    breaks: [
      [provider({ managerScopes: ["okta.clients.register", "okta.apps.manage"] }), /has okta\.apps\.manage too/],
      [scopes("okta.clients.read", "okta.users.read"), /has okta\.users\.read too/],
    ],
  },
  "manager-role": {
    keeps: [
      [role("APP_ADMIN")],
      [role("SUPER_ADMIN"), { ...settings, exceptions: { "manager-role": { it: "ticket 7" } } }],
    ],
    breaks: [
      [role("SUPER_ADMIN"), /the role SUPER_ADMIN/],
      [role("CUSTOM"), /the role CUSTOM/, { ...settings, exceptions: { "manager-role": { other: "ticket 7" } } }],
    ],
  },
  "provider-urls": {
    keeps: [[provider()], [provider({ introspectionUrl: `${ORG}/oauth2/v1/introspect` })]],
    breaks: [
      [provider({ tokenUrl: `${ORG}/oauth2/default/v1/token` }), /tokenUrl is not https:/],
      [provider({ registrationUrl: "https://evil.example/oauth2/v1/clients" }), /registrationUrl is not https:/],
      [provider({ introspectionUrl: "https://other.okta.com/oauth2/v1/introspect" }), /introspectionUrl is not of/],
      [provider({ introspectionUrl: `${ORG}.evil.example/oauth2/v1/introspect` }), /introspectionUrl is not of/],
    ],
  },
  "client-id-validation": {
    keeps: [
      [policy({ skipClientIdValidation: false })],
      [policy({})],
      [policy({}, { assetId: "openidconnect-access-token-enforcement", disabled: false })],
      [policy({ skipClientIdValidation: false }, { assetId: "our-own" })],
      [policy(undefined)],
    ],
    breaks: [
      [policy({ skipClientIdValidation: true }), /skipClientIdValidation is not false/],
      [policy({ skipClientIdValidation: "true" }), /skipClientIdValidation is not false/],
      [policy({}, { assetId: "our-own" }), /skipClientIdValidation is not false/],
      [policy({ skipClientIdValidation: false }, { disabled: true }), /disabled/],
    ],
  },
  "rule-scopes": {
    keeps: [[rule("custom_scope")]],
    breaks: [[rule("custom_scope", "*"), /allows "\*"/]],
  },
  "provider-timeout": {
    keeps: [[provider({ timeoutSeconds: 5 })], [provider({ timeoutSeconds: 20 })]],
    breaks: [
      [provider({ timeoutSeconds: 4 }), /is 4\./],
      [provider({ timeoutSeconds: 21 }), /is 21\./],
    ],
  },
  https: {
    keeps: [
      [provider()],
      [provider({ issuer: "http://127.0.0.1:1" })],
      [application("https://acme.com/callback", "http://localhost:8080/callback", "com.acme.app:/callback"), prod],
      [provider({ issuer: "https://localhost:1", allowUntrustedCertificates: true })],
    ],
    breaks: [
      [provider({ tokenUrl: "http://acme.okta.com/oauth2/v1/token" }), /tokenUrl is not https/],
      [application("https://acme.com/callback", "http://acme.com/callback"), /sent to http:\/\/acme\.com\/callback/],
      [provider({ issuer: "http://127.0.0.1.evil.example" }), /issuer is not https/],
      [provider({ issuer: "http://127.0.0.1:1" }), /issuer is not https/, prod],
      [provider({ allowUntrustedCertificates: true }), /does not check/],
      [provider({ issuer: "https://localhost:1", allowUntrustedCertificates: true }), /does not check/, prod],
    ],
  },
  "production-protect": {
    keeps: [[provider()], [provider({}, true), prod], [manager({}, true), prod], [resource(SERVER, {}, true), prod]],
    breaks: [
      [provider(), /not protected/, prod],
      [resource(SERVER, {}), /not protected/, prod],
    ],
  },
  "production-deletion": {
    keeps: [[provider({ allowExternalClientModification: true, deleteWhileUsed: true })], [provider(), prod]],
    breaks: [
      [provider({ allowExternalClientModification: true }), /deletes its Okta client/, prod],
      [provider({ deleteWhileUsed: true }), /although APIs use it/, prod],
    ],
  },
  "production-key-age": {
    keeps: [[signingKey(181)], [signingKey(180), prod], [resource(KEY, {}), prod]],
    breaks: [[signingKey(181), /is 181 days old, more than 180\. .*--stack prod/, prod]],
  },
};

/** By the rule of the name alone. */
const said = (name: string, one: SeenResource, by: RuleSettings = settings): string[] =>
  violations([one], by)
    .filter((violation) => violation.rule === name)
    .map(({ message }) => message);

test("each rule has cases, and a name of its own", () => {
  expect(RULES.map(({ name }) => name).sort()).toEqual([...Object.keys(CASES), "manager-app"].sort());
});

describe.each(Object.entries(CASES))("%s", (name, { keeps, breaks }) => {
  test.each(keeps.map(([one, by = settings]) => [one, by] as const))("keeps %#", (one, by) => {
    expect(said(name, one, by)).toEqual([]);
  });
  test.each(breaks.map(([one, message, by = settings]) => [one, message, by] as const))(
    "breaks %#: says what is wrong and what to do",
    (one, message, by) => {
      const texts = said(name, one, by);
      expect(texts).toHaveLength(1);
      expect(texts[0]).toMatch(message);
      expect(texts[0]).toMatch(/\. [A-Z].*\.$/);
    },
  );
});

describe("manager-app", () => {
  const faults = (...all: SeenResource[]) =>
    violations(all, settings).flatMap(({ rule: name, message }) => (name === "manager-app" ? [message] : []));
  const uses = provider({ managerClientId: "m1" });
  const web = { type: "web", tokenEndpointAuthMethod: "client_secret_basic" };

  test("keeps a service app, also while its client id is not known, and providers whose apps are elsewhere", () => {
    expect(faults(uses, manager({ clientId: "m1" }), inspector)).toEqual([]);
    expect(faults(provider(), manager(), inspector)).toEqual([]);
    expect(faults(provider(), manager({ type: undefined }), inspector)).toEqual([]);
    expect(faults(uses)).toEqual([]);
  });

  test("breaks on a Manager of another type, by its client id and by there being no other", () => {
    expect(faults(uses, manager({ clientId: "m1", ...web }), manager({ clientId: "m2" }))).toEqual([
      "It is the Manager, and of type web. Make it a service app.",
    ]);
    expect(faults(provider(), manager(web), inspector)).toEqual([
      "None of the stack's apps is a service app. Make the Manager one.",
    ]);
  });
});

describe.each([
  ["prod", true],
  ["prod-eu", true],
  ["acme_production", true],
  ["product", false],
  ["dev", false],
])("stack %s", (stack, asked) => {
  test("is production for the rules as it is for the settings, unless the configuration lists others", () => {
    const faults = violations([provider()], { ...settings, stack }).map(({ rule: name }) => name);
    expect(faults).toEqual(asked ? ["production-protect"] : []);
    const listed = violations([provider()], { ...settings, stack, production: ["other"] });
    expect(listed).toEqual([]);
  });
});

describe("the apps that the provider works with are protected in production", () => {
  const uses = provider({ managerClientId: "m2", inspectorClientId: "i1" }, true);
  const named = (name: string, app: SeenResource): SeenResource => ({ ...app, name });
  const unprotected = (...all: SeenResource[]) =>
    violations(all, prod).flatMap(({ rule: name, resource }) => (name === "production-protect" ? [resource] : []));

  test("and no others: neither a former generation nor a coming one", () => {
    const [former, active] = [manager({ clientId: "m1" }), manager({ clientId: "m2" })];
    expect(unprotected(uses, named("former", former), named("active", active))).toEqual(["active"]);
    expect(unprotected(uses, former, manager({ clientId: "m2" }, true))).toEqual([]);
  });

  test("also while a preview does not know which client id they will have", () => {
    const bare = { ...inspector, protect: false };
    expect(unprotected(uses, named("inspector", bare))).toEqual(["inspector"]);
    expect(unprotected(uses, inspector)).toEqual([]);
  });

  test("and apps of a stack without the provider are none of its", () => {
    expect(unprotected(manager(), { ...inspector, protect: false })).toEqual([]);
  });
});

test("an old key is no fault while a younger one is there, or is about to be made", () => {
  const ages = (...keys: SeenResource[]) => violations(keys, prod).map(({ rule: name }) => name);
  expect(ages(signingKey(500), signingKey(0))).toEqual([]);
  expect(ages(signingKey(500), resource(KEY, {}))).toEqual([]);
  expect(ages(signingKey(500), signingKey(181))).toEqual(["production-key-age", "production-key-age"]);
});

test("nothing that a preview does not know yet breaks a rule, whatever the rest is, and no rule fails", () => {
  const types = [APP, SERVER, PROVIDER, KEY, scopes().type, role("").type, policy({}).type, rule().type];
  const names = Object.keys({ ...provider().props, ...manager().props, scopes, scopeWhitelists: 0, configuration: 0 });
  const props = fc.dictionary(
    fc.constantFrom(...names, "createdAt", "modulusLength", "deleteWhileUsed"),
    fc.anything(),
  );
  fc.assert(
    fc.property(fc.constantFrom(...types), props, fc.boolean(), (type, given, production) => {
      const by = production ? prod : settings;
      expect(violations([resource(type, {}, true)], by)).toEqual([]);
      for (const { message } of violations([resource(type, given, true)], by))
        expect(message.length).toBeGreaterThan(10);
    }),
  );
});
