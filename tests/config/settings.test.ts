import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { OKTA_SCOPES, SettingsError, readSettings } from "../../config/settings.ts";

const pem = (type: "rsa" | "ec", bits = 2048) => {
  const { privateKey } =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: bits })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
};
const RSA = pem("rsa");

const SECRET = /Secret$|Token$|rivateKey$|Header$/;

/** A configuration as Pulumi hands it over, from values; keys that hold credentials are marked secret. */
function source(values: Record<string, unknown>, stack = "dev", environment: Record<string, string> = {}) {
  const config: Record<string, string> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) config[key] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return { stack, environment, config, isSecret: (key: string) => SECRET.test(key) };
}

const MINIMAL = {
  "okta-anypoint:orgUrl": "https://acme.okta.com",
  "okta-anypoint:clientProvider": { environments: ["Sandbox"] },
  "okta:clientId": "0oaBootstrap",
  "okta:privateKey": RSA,
  "anypoint:clientId": "app",
  "anypoint:clientSecret": "hidden-value",
};

const ORDERS = { name: "orders", environment: "Sandbox", instanceId: 19000001 };

function problemsOf(values: Record<string, unknown>, stack?: string, environment?: Record<string, string>) {
  try {
    readSettings(source(values, stack, environment));
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.map(({ key, problem }) => `${key}: ${problem}`);
    throw error;
  }
  return [];
}

describe("defaults", () => {
  test("a stack that is named with its organization and project has the names that `up` gives it", () => {
    const whole = readSettings(source(MINIMAL, "organization/okta-anypoint/prod"));
    expect(whole).toEqual(readSettings(source(MINIMAL, "prod")));
  });

  test("a minimal configuration gets names from the stack, and the plugin's address from the org URL", () => {
    const settings = readSettings(source(MINIMAL, "prod"));
    expect(settings.okta).toEqual({
      scopes: [...OKTA_SCOPES],
      clientId: "0oaBootstrap",
      privateKey: RSA,
      orgName: "acme",
      baseUrl: "okta.com",
    });
    expect(settings.manager).toEqual({
      label: "MuleSoft-Client-Manager (prod)",
      clientId: "mulesoft-client-manager-prod-1",
      generations: [1],
      active: 1,
      modulusLength: 2048,
      adminRole: { type: "APP_ADMIN" },
    });
    expect(settings.inspector).toEqual({
      label: "MuleSoft-Token-Introspection (prod)",
      clientId: "mulesoft-token-introspection-prod-1",
      generations: [1],
      active: 1,
    });
    expect(settings.rotation).toEqual({ drainMinutes: 60, maxKeyAgeDays: 180 });
    expect(settings.clientProvider).toEqual({
      name: "okta-prod",
      environments: [{ environment: "Sandbox", makeDefault: false }],
      clientDeletion: "anypoint",
      deleteWhileUsed: false,
      timeoutSeconds: 5,
      validateCertificates: true,
      introspectAt: "issuer",
      mode: "managed",
    });
    expect([settings.verifyAfterUp, settings.exportConsumerSecrets, settings.probe]).toEqual([false, false, false]);
  });

  test("a created server lets all clients in, an existing one those that are declared", () => {
    const allow = (server: object) =>
      readSettings(source({ ...MINIMAL, "okta-anypoint:authorizationServer": server })).authorizationServer
        ?.allowClients;
    expect(allow({ create: { audience: "api://orders" } })).toBe("all");
    expect(allow({ id: "default" })).toBe("declared");
    expect(allow({ id: "default", allowClients: "all" })).toBe("all");
  });

  test.each([
    ["prod", undefined, true],
    ["production", undefined, true],
    ["acme/okta-anypoint/Prod", undefined, true],
    ["prod-eu", undefined, true],
    ["payments_production", undefined, true],
    ["product", undefined, false],
    ["nonprod", undefined, false],
    ["dev", undefined, false],
    ["dev", true, true],
    ["prod", false, false],
  ])("protection in stack %s, configured as %s, is %s", (stack, protect, expected) => {
    const values = { ...MINIMAL, ...(protect !== undefined && { "okta-anypoint:protect": protect }) };
    expect(readSettings({ ...source(values), stack }).protect).toBe(expected);
  });

  test.each([
    ["dev", undefined, true],
    ["sandbox", undefined, true],
    ["prod", undefined, false],
    ["prod", true, true],
    ["dev", false, false],
  ])("the probe in stack %s, configured as %s, is %s", (stack, probe, expected) => {
    const values = {
      ...MINIMAL,
      "okta-anypoint:authorizationServer": { id: "default" },
      "okta-anypoint:apis": [ORDERS],
      "okta-anypoint:verification": { probe },
    };
    expect(readSettings(source(values, stack)).probe).toBe(expected);
  });

  test("a consumer gets what Okta demands of web clients", () => {
    const values = {
      ...MINIMAL,
      "okta-anypoint:apis": [ORDERS],
      "okta-anypoint:consumers": [{ name: "m", api: "orders" }],
    };
    expect(readSettings(source(values)).consumers[0]).toEqual({
      name: "m",
      api: "orders",
      applicationName: "m-dev",
      grantTypes: ["authorization_code", "client_credentials"],
      redirectUris: ["https://redirect-not-used.invalid/callback"],
      approval: "leave-pending",
    });
  });

  test("the probe's scope has the stack in its name, since servers may be shared", () => {
    expect(readSettings(source(MINIMAL, "prod")).verification.probeScope).toBe("okta_anypoint_probe_prod");
  });

  test("a configured client id may have its secret in the environment", () => {
    const { "anypoint:clientSecret": _, ...rest } = MINIMAL;
    expect(problemsOf(rest, "dev", { ANYPOINT_CLIENT_SECRET: "s" })).toEqual([]);
  });

  test("credentials may come from the environment", () => {
    const {
      "okta:clientId": _a,
      "okta:privateKey": _b,
      "anypoint:clientId": _c,
      "anypoint:clientSecret": _d,
      ...rest
    } = MINIMAL;
    const environment = { OKTA_API_TOKEN: "t", ANYPOINT_CLIENT_ID: "i", ANYPOINT_CLIENT_SECRET: "s" };
    expect(problemsOf(rest, "dev", environment)).toEqual([]);
    expect(problemsOf(rest)).toHaveLength(2);
  });
});

describe("modes of the client provider", () => {
  test.each([
    [{}, undefined, "managed"],
    [{ mode: "manual" }, undefined, "manual"],
    [{ mode: "manual", id: "5f0b1f4e-7f0c-4a53-9f55-0d8f2a7d9c11" }, undefined, "manual"],
    [{ mode: "header" }, "SSWS 00hidden", "header"],
  ])("%j is taken", (changes, registrationHeader, mode) => {
    const settings = readSettings(
      source({
        ...MINIMAL,
        "okta-anypoint:clientProvider": { environments: ["Sandbox"], ...changes },
        "okta-anypoint:registrationHeader": registrationHeader,
      }),
    );
    expect(settings.clientProvider).toMatchObject({ ...changes, mode });
    expect(settings.registrationHeader).toBe(registrationHeader);
  });

  test("nothing may name the method, and a switch may", () => {
    for (const privateKeyBlock of [{ methodPath: "" }, { methodPath: "client.use_jwt", methodValue: true }]) {
      const values = { ...MINIMAL, "okta-anypoint:clientProvider": { environments: ["Sandbox"], privateKeyBlock } };
      expect(readSettings(source(values)).clientProvider.privateKeyBlock).toEqual(privateKeyBlock);
    }
  });
});

describe("org URL", () => {
  test.each([
    ["https://acme.okta.com/", "https://acme.okta.com"],
    ["https://login.acme.com", "https://login.acme.com"],
    ["http://127.0.0.1:4711", "http://127.0.0.1:4711"],
  ])("%s is taken as %s", (given, taken) => {
    expect(readSettings(source({ ...MINIMAL, "okta-anypoint:orgUrl": given })).orgUrl).toBe(taken);
  });

  test.each([
    ["acme.okta.com", "is not a URL"],
    ["http://acme.okta.com", "must start with https://"],
    [
      "https://acme.okta.com/oauth2/default",
      "Use https://acme.okta.com, and name the server under authorizationServer",
    ],
    ["https://acme.okta.com/login", "has more than a host. Use https://acme.okta.com."],
    ["https://acme-admin.okta.com", "is the admin console. Use https://acme.okta.com."],
    ["https://acme-admin.oktapreview.com", "is the admin console. Use https://acme.oktapreview.com."],
    ["https://acme-admin.okta-gov.com", "is the admin console. Use https://acme.okta-gov.com."],
    ["https://user:pass@acme.okta.com", "must not carry credentials"],
    ["https://acme", "has no domain"],
  ])("%s is refused with the way out", (given, reason) => {
    const found = problemsOf({ ...MINIMAL, "okta-anypoint:orgUrl": given });
    expect(found).toEqual([expect.stringContaining(reason)]);
    expect(found.join()).not.toContain("pass@");
  });

  test.each([
    ["production", "acme.okta.com", "acme", "okta.com"],
    ["preview", "acme.oktapreview.com", "acme", "oktapreview.com"],
    ["EMEA", "acme.okta-emea.com", "acme", "okta-emea.com"],
    ["government", "acme.okta-gov.com", "acme", "okta-gov.com"],
    ["a custom domain", "login.acme.example", "login", "acme.example"],
  ])("the plugin's address of an org in %s", (_what, domain, orgName, baseUrl) => {
    const { okta } = readSettings(source({ ...MINIMAL, "okta-anypoint:orgUrl": `https://${domain}` }));
    expect([okta.orgName, okta.baseUrl]).toEqual([orgName, baseUrl]);
  });

  test("the plugin's address always spells the org URL again", () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        const { okta } = readSettings(source({ ...MINIMAL, "okta-anypoint:orgUrl": `https://${domain}` }));
        expect(`${okta.orgName}.${okta.baseUrl}`).toBe(domain);
      }),
    );
  });

  test("the plugin's address keeps the port of a server on this machine", () => {
    const { okta } = readSettings(source({ ...MINIMAL, "okta-anypoint:orgUrl": "https://127.0.0.1:4710" }));
    expect(`https://${okta.orgName}.${okta.baseUrl}`).toBe("https://127.0.0.1:4710");
    expect(okta.httpProxy).toBeUndefined();
  });
});

describe("errors", () => {
  test("all of them at once, each with its key and what would be right", () => {
    expect(
      problemsOf({
        "okta-anypoint:orgURL": "https://acme.okta.com",
        "okta-anypoint:clientProvider": { environments: [], timeoutSeconds: 99, colour: 1 },
        "okta-anypoint:authorizationServer": {
          id: "default",
          create: { audience: "a" },
          scopes: ["a b", "okta.x", "*"],
        },
        "okta-anypoint:apis": [{ name: "x y", environment: "Sandbox" }],
        "okta-anypoint:consumers": [{ name: "c", api: "x", grantTypes: ["client_credentials"], redirectUris: [] }],
        "okta-anypoint:verifyAfterUp": "maybe",
        "anypoint:clientId": "app",
      }),
    ).toEqual([
      expect.stringMatching(/^okta-anypoint:orgUrl: give the Okta org URL/),
      expect.stringMatching(/^okta-anypoint:authorizationServer.scopes\[0\].name: a scope is printable ASCII/),
      expect.stringMatching(/^okta-anypoint:authorizationServer.scopes\[1\].name: scopes that start with okta\./),
      expect.stringMatching(/^okta-anypoint:authorizationServer.scopes\[2\].name: name the scopes/),
      expect.stringMatching(/^okta-anypoint:authorizationServer: give either id/),
      expect.stringMatching(/^okta-anypoint:clientProvider.environments: name at least one environment/),
      expect.stringMatching(/^okta-anypoint:clientProvider.timeoutSeconds: give at most 20 seconds/),
      expect.stringMatching(/^okta-anypoint:clientProvider.colour: is not a setting/),
      expect.stringMatching(/^okta-anypoint:apis\[0\].name: an API's name may hold letters/),
      expect.stringMatching(/^okta-anypoint:apis\[0\]: give either instanceId/),
      expect.stringMatching(/^okta-anypoint:consumers\[0\].grantTypes: authorization_code must be among them/),
      expect.stringMatching(/^okta-anypoint:consumers\[0\].redirectUris: give at least one/),
      expect.stringMatching(/^okta-anypoint:verifyAfterUp: give true or false/),
      expect.stringMatching(/^okta-anypoint:orgURL: is not a setting. Known keys: orgUrl,/),
      expect.stringMatching(/^okta:clientId: no way to log in to Okta/),
      expect.stringMatching(/^anypoint:clientSecret: anypoint:clientSecret is missing beside its other half/),
    ]);
  });

  const cases: [string, Record<string, unknown>, RegExp][] = [
    ["two ways to log in to Okta", { "okta:apiToken": "x" }, /^okta:: has more than one way to log in/],
    [
      "neither server id nor create",
      { "okta-anypoint:authorizationServer": {} },
      /authorizationServer: give either id/,
    ],
    [
      "an unknown API",
      { "okta-anypoint:consumers": [{ name: "c", api: "no" }] },
      /consumers\[0\].api: "no" is none of the apis \(there are none\)/,
    ],
    ["two APIs of one name", { "okta-anypoint:apis": [ORDERS, ORDERS] }, /two APIs are named "orders"/],
    [
      "a scope that the server lacks",
      {
        "okta-anypoint:authorizationServer": { id: "default", existingScopes: ["read"] },
        "okta-anypoint:apis": [{ ...ORDERS, policy: { scopes: ["read", "write"] } }],
      },
      /apis\[0\].policy.scopes: "write" not on the authorization server/,
    ],
    [
      "a scope set twice",
      { "okta-anypoint:apis": [{ ...ORDERS, policy: { configuration: { scopes: "x" } } }] },
      /policy.configuration: scopes: set by/,
    ],
    [
      "a key that is no PEM",
      { "okta-anypoint:managerPrivateKey": "nonsense" },
      /managerPrivateKey: give an RSA private key as PEM/,
    ],
    [
      "a key that is not RSA",
      { "okta-anypoint:managerPrivateKey": pem("ec") },
      /managerPrivateKey: give an RSA key; this one is ec/,
    ],
    [
      "a short key",
      { "okta-anypoint:managerPrivateKey": pem("rsa", 1024) },
      /managerPrivateKey: the key has 1024 bits/,
    ],
    [
      "a bootstrap key that is none",
      { "okta:privateKey": "nonsense" },
      /^okta:privateKey: is not an unencrypted private key/,
    ],
    ["the plugin's own address", { "okta:orgName": "acme" }, /^okta:orgName: follows from okta-anypoint:orgUrl/],
    ["an unknown key of the plugin", { "okta:orgname": "acme" }, /^okta:orgname: is not a setting/],
    [
      "a host with a path",
      { "anypoint:host": "https://eu1.anypoint.mulesoft.com/home" },
      /^anypoint:host: .*has a path or query/,
    ],
    ["a host that is none", { "anypoint:host": "UK" }, /^anypoint:host: .*no control plane/],
    ["two ways to log in to Anypoint", { "anypoint:accessToken": "x" }, /^anypoint:clientId: Both a connected app/],
    [
      "no client provider",
      { "okta-anypoint:clientProvider": undefined },
      /clientProvider: give an object that names at least the environments/,
    ],
    [
      "custom scopes without a server",
      { "okta-anypoint:apis": [{ ...ORDERS, policy: { scopes: ["openid", "read"] } }] },
      /policy.scopes: "read": the org's own server issues no custom scopes/,
    ],
    [
      "a password in a URL",
      { "okta-anypoint:apis": [{ ...ORDERS, url: "https://u:hush@api.example" }] },
      /apis\[0\].url: must not carry a user name/,
    ],
    [
      "a verification without a URL",
      { "okta-anypoint:verifyAfterUp": "true" },
      /verifyAfterUp: needs at least one consumer/,
    ],
    [
      "a probe without a server",
      { "okta-anypoint:verification": { probe: true } },
      /verification.probe: needs an authorizationServer/,
    ],
    [
      "a custom role without its id",
      { "okta-anypoint:manager": { adminRole: { type: "CUSTOM" } } },
      /resourceSet and role are needed/,
    ],
    [
      "mode header without the header",
      { "okta-anypoint:clientProvider": { environments: ["Sandbox"], mode: "header" } },
      /^okta-anypoint:registrationHeader: is needed with clientProvider.mode: header; .*--secret/,
    ],
    [
      "a header in another mode",
      { "okta-anypoint:registrationHeader": "SSWS 00hidden" },
      /^okta-anypoint:registrationHeader: is for clientProvider.mode: header, and the mode is managed(?!.*hidden)/,
    ],
    [
      "a header of two lines",
      {
        "okta-anypoint:clientProvider": { environments: ["Sandbox"], mode: "header" },
        "okta-anypoint:registrationHeader": "SSWS 00hidden\r\nX: y",
      },
      /^okta-anypoint:registrationHeader: is no header value(?!.*hidden)/,
    ],
    [
      "a provider's id in a mode that finds it by name",
      { "okta-anypoint:clientProvider": { environments: ["Sandbox"], id: "5f0b1f4e" } },
      /^okta-anypoint:clientProvider.id: is for clientProvider.mode: manual/,
    ],
    [
      "an unknown mode",
      { "okta-anypoint:clientProvider": { environments: ["Sandbox"], mode: "by-hand" } },
      /clientProvider.mode: give one of: managed, manual, header/,
    ],
    ["broken JSON", { "okta-anypoint:apis": "[{" }, /apis: is not valid JSON/],
  ];
  test.each(cases)("%s", (_what, values, expected) => {
    expect(problemsOf({ ...MINIMAL, ...values })).toEqual([expect.stringMatching(expected)]);
  });

  describe("what can't be read hides nothing else, and brings no noise", () => {
    const bad = (values: Record<string, unknown>) => problemsOf({ ...MINIMAL, ...values });
    const CONSUMER = { name: "c", api: "orders" };

    test("a key of its own", () => {
      expect(
        bad({ "okta-anypoint:verifyAfterUp": "yes", "okta-anypoint:consumers": [{ name: "c", api: "no" }] }),
      ).toEqual([
        expect.stringMatching(/^okta-anypoint:verifyAfterUp: give true or false/),
        expect.stringMatching(/^okta-anypoint:consumers\[0\].api: "no" is none of the apis/),
      ]);
    });

    test("a key that is not a setting", () => {
      expect(bad({ "okta-anypoint:orgURL": "x", "okta-anypoint:consumers": [CONSUMER] })).toEqual([
        expect.stringMatching(/^okta-anypoint:orgURL: is not a setting/),
        expect.stringMatching(/"orders" is none of the apis/),
      ]);
    });

    test("an item of a list, for the other items", () => {
      expect(
        bad({
          "okta-anypoint:apis": [
            { ...ORDERS, environment: 1 },
            { ...ORDERS, name: "b", policy: { scopes: ["read"] } },
          ],
          "okta-anypoint:consumers": [
            { ...CONSUMER, approval: "maybe" },
            { ...CONSUMER, name: "d" },
            { ...CONSUMER, name: "d", api: "b" },
          ],
        }),
      ).toEqual([
        expect.stringMatching(/^okta-anypoint:apis\[0\].environment: /),
        expect.stringMatching(/^okta-anypoint:consumers\[0\].approval: /),
        expect.stringMatching(/^okta-anypoint:consumers: two consumers are named "d"/),
        expect.stringMatching(/^okta-anypoint:consumers: two consumers would make/),
        expect.stringMatching(/^okta-anypoint:apis\[1\].policy.scopes: "read": the org's own server/),
      ]);
    });

    test.each([
      [
        "apis",
        { "okta-anypoint:apis": "[{", "okta-anypoint:consumers": [CONSUMER], "okta-anypoint:verifyAfterUp": "true" },
      ],
      ["apis", { "okta-anypoint:apis": { name: "orders" }, "okta-anypoint:consumers": [CONSUMER] }],
      [
        "authorizationServer",
        {
          "okta-anypoint:authorizationServer": 7,
          "okta-anypoint:apis": [{ ...ORDERS, policy: { scopes: ["read"] } }],
          "okta-anypoint:verification": { probe: true },
        },
      ],
    ])("%s, for what is measured by it", (key, values) => {
      expect(bad(values)).toEqual([expect.stringMatching(`^okta-anypoint:${key}: `)]);
    });

    test("a key of the other namespaces", () => {
      expect(
        bad({ "okta:maxRetries": "many", "okta:clientId": undefined, "anypoint:hostt": "EU", "anypoint:host": "UK" }),
      ).toEqual([
        expect.stringMatching(/^anypoint:hostt: is not a setting/),
        expect.stringMatching(/^okta:maxRetries: give a whole number/),
        expect.stringMatching(/^okta:clientId: no way to log in/),
        expect.stringMatching(/^anypoint:host: .*no control plane/),
      ]);
      expect(bad({ "okta:clientId": "", "anypoint:clientSecret": "" })).toEqual([
        expect.stringMatching(/^anypoint:clientSecret: is empty/),
        expect.stringMatching(/^okta:clientId: is empty/),
      ]);
    });

    test("nothing is said twice", () => {
      const twice = { ...ORDERS, name: "a" };
      const found = bad({
        "okta-anypoint:apis": [twice, twice, twice],
        "okta-anypoint:consumers": [CONSUMER, CONSUMER],
      });
      expect(new Set(found).size).toBe(found.length);
    });
  });

  test("ids of objects that are there need the settings that name the same objects", () => {
    const adopt = {
      ...{ managerApp: "0oa1", managerRole: "ROLE", inspectorApp: "0oa2" },
      ...{ serverScopes: { read: "scp1" }, accessRule: "0pr1" },
    };
    expect(
      problemsOf({ ...MINIMAL, "okta-anypoint:adopt": adopt, "okta-anypoint:manager": { kid: "k" } }).sort(),
    ).toEqual([
      "okta-anypoint:adopt.accessRule: needs adopt.accessPolicy",
      "okta-anypoint:adopt.managerApp: needs manager.clientId, the client id of that app",
      'okta-anypoint:adopt.serverScopes: needs "read" under authorizationServer.scopes',
      "okta-anypoint:adopt: needs authorizationServer.id, the server of its scopes and policy",
      "okta-anypoint:manager.kid: needs managerPrivateKey, the key itself",
    ]);
    expect(problemsOf({ ...MINIMAL, "okta-anypoint:adopt": { managerGrants: true, managerRole: "a/b" } })).toEqual([
      "okta-anypoint:adopt.managerRole: the id of the Manager's role assignment is one word, without slashes",
    ]);
  });

  test("an adopted Inspector has its own client id", () => {
    const adopted = { ...MINIMAL, "okta-anypoint:adopt": { inspectorApp: "0oa2" } };
    expect(problemsOf(adopted)).toEqual([]);
    expect(problemsOf({ ...adopted, "okta-anypoint:inspector": { clientId: "introspection" } })).toEqual([
      "okta-anypoint:inspector.clientId: is for an app to make; the one of adopt.inspectorApp has its own: take it out",
    ]);
  });

  test("unmanaged access is for an existing server", () => {
    const server = { create: { audience: "api://a" }, allowClients: "unmanaged" };
    expect(problemsOf({ ...MINIMAL, "okta-anypoint:authorizationServer": server })).toEqual([
      "okta-anypoint:authorizationServer.allowClients: unmanaged is for an existing server: a new one has no access policy",
    ]);
  });

  test.each([
    [{ id: "default", allowClients: "all" }, "with all, every client of the org gets tokens: take one of them out"],
    [{ create: { audience: "api://a" } }, "with all, every client of the org gets tokens: take one of them out"],
    [{ id: "default", allowClients: "unmanaged" }, "with unmanaged the server's own policies decide: take it out"],
    [{ id: "default" }, undefined],
  ])("further clients are for declared ones: %j", (server, problem) => {
    const config = { ...MINIMAL, "okta-anypoint:authorizationServer": { ...server, furtherClients: ["0oa1"] } };
    expect(problemsOf(config)).toEqual(
      problem === undefined
        ? []
        : [`okta-anypoint:authorizationServer.furtherClients: is for allowClients: declared; ${problem}`],
    );
  });

  test("a further client is told by its id, each once", () => {
    const server = { id: "default", furtherClients: ["orders mobile", ""] };
    expect(problemsOf({ ...MINIMAL, "okta-anypoint:authorizationServer": server })).toEqual([
      "okta-anypoint:authorizationServer.furtherClients[0]: is no client id (0oa…)",
      expect.stringMatching(/furtherClients\[1\]: is empty; give the client id of another stack's consumer/),
    ]);
  });

  test("a secret stored in clear is refused by its key, and its value is not said", () => {
    const clear = { ...source(MINIMAL), isSecret: () => false };
    let message = "";
    try {
      readSettings(clear);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain("anypoint:clientSecret: is stored in clear; store it with `pulumi config set --secret");
    expect(message).toContain("okta:privateKey: is stored in clear");
    const header = { ...MINIMAL, "okta-anypoint:registrationHeader": "SSWS 00hidden" };
    expect(() =>
      readSettings({ ...source(header), isSecret: (key) => key !== "okta-anypoint:registrationHeader" }),
    ).toThrow(
      /registrationHeader: is stored in clear; store it with `pulumi config set --secret okta-anypoint:registrationHeader`/,
    );
    expect(message).not.toContain("hidden-value");
  });
});

describe.each(["manager", "inspector"])("generations of the %s", (app) => {
  const given = (value: unknown) => problemsOf({ ...MINIMAL, [`okta-anypoint:${app}`]: value });

  test("one is active, of those that are listed; the only one by itself", () => {
    const read = (value: unknown) => readSettings(source({ ...MINIMAL, [`okta-anypoint:${app}`]: value }));
    expect(read({ generations: [1, 2], active: 2 })).toMatchObject({ [app]: { generations: [1, 2], active: 2 } });
    expect(read({ generations: [3] })).toMatchObject({ [app]: { generations: [3], active: 3 } });
  });

  test.each([
    [{ generations: [1, 2] }, `okta-anypoint:${app}.active: say which of the generations 1, 2 Anypoint uses`],
    [{ generations: [2], active: 1 }, `okta-anypoint:${app}.active: generation 1 is none of ${app}.generations (2)`],
    [{ generations: [2, 2], active: 2 }, `okta-anypoint:${app}.generations: lists generation 2 twice`],
    [{ generations: [] }, `okta-anypoint:${app}.generations: name at least one generation`],
    [{ generations: [0] }, `okta-anypoint:${app}.generations[0]: give at least 1`],
  ])("%j is refused", (value, problem) => {
    expect(given(value)).toEqual([expect.stringContaining(problem)]);
  });
});

test("an environment by which Node.js checks no certificate is refused", () => {
  expect(problemsOf(MINIMAL, "dev", { NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toEqual([
    expect.stringMatching(/^NODE_TLS_REJECT_UNAUTHORIZED: is 0 .*NODE_EXTRA_CA_CERTS$/),
  ]);
  expect(problemsOf(MINIMAL, "dev", { NODE_TLS_REJECT_UNAUTHORIZED: "1" })).toEqual([]);
});
