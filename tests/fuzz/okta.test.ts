/**
 * Hostile answers to all that is asked of Okta by ourselves: Okta's right answers, spoilt from some call on. What comes of it are findings or
 * an error of ours; none shows a secret, nothing else is called, and nothing waits for ever.
 */
import { inspect } from "node:util";
import { exportJWK } from "jose";
import { createPublicKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checksAfterUp } from "../../checks/after-up.ts";
import { oktaBeforeUp } from "../../checks/before-up/okta.ts";
import type { Deployed } from "../../checks/deployed.ts";
import { type Expectations, expectationsOf } from "../../checks/expectations.ts";
import type { Finding } from "../../checks/finding.ts";
import { readSettings } from "../../config/settings.ts";
import { AnypointError } from "../../providers/anypoint/errors.ts";
import { orgToken } from "../../providers/okta/access-token.ts";
import { oktaClient } from "../../providers/okta/client.ts";
import type { OktaConnection } from "../../providers/okta/login.ts";
import { appsLabelled, deleteApp, findApp } from "../../providers/okta/registered-clients.ts";
import { type HandMade, makeByHand } from "../../sandbox/hand-made.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";
import { sandboxConfig } from "../../sandbox/stack-config.ts";
import { type Attack, Hostile, attack, expectNoSecret, expectOurs, expectReadable, inTime } from "./hostile.ts";
import { OKTA_RUNS } from "./runs.ts";

const NO_ANYPOINT = new AnypointError("There is none here.", { code: "misconfigured" });

let lab: Lab;
let made: HandMade;
let hostile: Hostile;
let connection: OktaConnection;
let expected: Expectations;
let deployed: Deployed;
let state: object;
/** What is answered in place of the right answer to some paths. */
let instead: { readonly path: RegExp; readonly body: unknown } | undefined;

beforeAll(async () => {
  lab = await startLab();
  made = await makeByHand(lab);
  hostile = new Hostile(async ({ method = "GET", url = "/", headers }, body) => {
    const given = Object.fromEntries(
      ["authorization", "content-type", "accept"].flatMap((name) =>
        typeof headers[name] === "string" ? [[name, headers[name]]] : [],
      ),
    );
    // Assertions and links are for the hostile one's name.
    const answer = await lab.okta.app.request(`${lab.okta.url}${url}`, {
      ...{ method, headers: { ...given, "user-agent": "Noise" } },
      ...(body !== "" && { body }),
    });
    if (instead?.path.test(url)) {
      return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(instead.body) };
    }
    const link = answer.headers.get("link")?.replaceAll(lab.okta.url, hostile.url);
    return {
      ...{ status: answer.status, body: await answer.text() },
      headers: {
        "content-type": answer.headers.get("content-type") ?? "application/json",
        ...(link !== undefined && { link }),
      },
    };
  });
  await hostile.start();
  const { accessToken } = await orgToken(lab.okta.url, lab.credentials.okta, expectedScopes());
  connection = { orgUrl: hostile.url, login: { kind: "access token", accessToken } };
  deployed = await whatIsDeployed();
  state = structuredClone(lab.okta.state);
});
afterAll(async () => {
  hostile.close();
  await lab.close();
});

function expectedScopes(): readonly string[] {
  const values = sandboxConfig(lab, { "okta-anypoint:orgUrl": hostile.url });
  const config = Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value]));
  const isSecret = (key: string) => values[key]?.secret ?? false;
  expected = expectationsOf(readSettings({ stack: "sandbox", config, isSecret, environment: {} }));
  return expected.oktaScopes;
}

async function whatIsDeployed(): Promise<Deployed> {
  const { manager, inspector, server, application } = made;
  const publicJwk = await exportJWK(createPublicKey(manager.privateKey));
  return {
    outputs: {},
    orgUrl: hostile.url,
    key: { pem: manager.privateKey, kid: manager.kid, publicJwk: { ...publicJwk, kid: manager.kid } } as never,
    manager: {
      ...{ name: "manager-app", appId: manager.id, clientId: manager.id },
      ...{ scopes: ["okta.clients.register"], roles: ["APP_ADMIN"] },
    },
    inspector: {
      ...{ name: "inspector-app", appId: inspector.id, clientId: inspector.id, clientSecret: inspector.clientSecret },
    },
    server: {
      ...{ id: server.id, issuer: `${hostile.url}/oauth2/${server.id}`, scopes: [server.scope] },
      ...{ policyId: server.policyId, ruleId: server.ruleId },
    },
    provider: { introspectionUrl: `${hostile.url}/oauth2/${server.id}/v1/introspect` } as never,
    assignments: [],
    apis: [],
    consumers: [{ name: "orders", application: { clientId: application.clientId, name: application.name } as never }],
  };
}

const login = (): string => (connection.login.kind === "access token" ? connection.login.accessToken : "");
const secrets = (): string[] => [
  ...[login(), lab.credentials.okta.privateKey.slice(60, 120)],
  ...[made.manager.privateKey.slice(60, 120), made.inspector.clientSecret],
];

const WAYS: Record<string, () => Promise<unknown>> = {
  "before up": () => oktaBeforeUp(expected, connection, undefined),
  "before a later up": () => oktaBeforeUp(expected, connection, { ...expected, oktaScopes: [] }),
  "after up": () => checksAfterUp(deployed, { okta: connection, anypoint: NO_ANYPOINT }),
  "a client of an application": async () => {
    const client = oktaClient(connection, []);
    const app = await findApp(client, hostile.url, made.application.clientId);
    expect(await appsLabelled(client, hostile.url, "orders-web")).toEqual(expect.any(Array));
    if (app !== undefined) await deleteApp(client, hostile.url, app);
    return app;
  },
};

test("right answers are all understood: nothing that is asked is left out", async () => {
  hostile.play(undefined);
  for (const work of Object.values(WAYS)) {
    Object.assign(lab.okta.state, structuredClone(state));
    const result = await work();
    const unread = Array.isArray(result) ? (result as Finding[]).filter(({ seen }) => /to Okta$/.test(seen)) : [];
    expect(unread).toEqual([]);
  }
});

const APP = { id: "1", label: "orders-web", status: "ACTIVE", credentials: {} };
test.each<[string, RegExp, unknown]>([
  ["a role of no text", /\/roles/, [{ type: { toString: 1 } }]],
  ["a grant of no text", /\/grants/, [{ scopeId: { toString: 1 } }, { scopeId: 5 }]],
  ["keys that are no list", /\/apps\/[^/]+$/, { ...APP, settings: { oauthClient: { jwks: { keys: 5 } } } }],
  ["a status of no text", /\/apps\/[^/]+$/, { ...APP, status: { toString: 1 } }],
  ["a date that is none", /\/apps\?/, [{ ...APP, created: "never" }]],
  ["an app without an id", /\/apps/, [{ ...APP, id: "" }]],
  ["an issuer that is no URL", /openid-configuration/, { issuer: "x" }],
  ["an error of no text", /\/introspect/, { error: { toString: 1 } }],
  ["an org of no kind", /okta-organization/, { id: "1", pipeline: { toString: 1 } }],
  ["a server without a name", /\/authorizationServers/, [{ id: "1", name: { toString: 1 }, status: 5 }]],
  ["policies that are texts", /\/policies/, ["x", 5]],
  ["rules of no list", /\/rules/, { include: 5 }],
])("%s", async (_what, path, body) => {
  instead = { path, body };
  try {
    for (const work of Object.values(WAYS)) await hold(work, undefined);
  } finally {
    instead = undefined;
  }
});

async function hold(work: () => Promise<unknown>, given: Attack | undefined): Promise<void> {
  Object.assign(lab.okta.state, structuredClone(state));
  hostile.play(given);
  try {
    const result = await inTime(work());
    expectNoSecret(JSON.stringify(result) ?? "", secrets());
    if (!Array.isArray(result)) return;
    for (const { seen, whatToDo = "-" } of result as Finding[]) {
      expectReadable(seen);
      expectReadable(whatToDo);
    }
  } catch (error) {
    expectOurs(error, secrets());
  }
  expect(hostile.elsewhere).toBe(0);
  for (const path of hostile.paths) expect(path.split("?", 1)[0]).toMatch(/^(\/[^/\s]+)+$/);
}

test.each(Object.entries(WAYS))("%s: answers of any kind", async (_name, work) => {
  await fc.assert(
    fc.asyncProperty(attack, async (given) => {
      try {
        await hold(work, given);
      } catch (error) {
        throw new Error(inspect(error, { depth: 4 }), { cause: error });
      }
    }),
    { numRuns: OKTA_RUNS },
  );
});
