/**
 * The local Okta before the requests of the real Okta plugin, byte for byte as the four SDKs in it send them through `okta:httpProxy`: targets in
 * absolute form, `Proxy-Authorization`, each SDK's User-Agent and its own login. Sources: terraform-provider-okta (okta/api/api.go,
 * okta/api/idaas.go, sdk/v2_requestExecutor.go) and okta-sdk-golang (okta/client.go); the order of header lines is that of Go's net/http.
 */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SignJWT, exportJWK, generateKeyPair, importPKCS8 } from "jose";
import { type Lab, startLab } from "../../../../sandbox/lab.ts";

const GO = "golang/go1.24.6 linux/amd64";
const PROVIDER = "okta-terraform/7.0.0";

interface Generation {
  readonly userAgent: string;
  /** Of its token requests; the local SDK leaves the provider out. */
  readonly tokenAgent: string;
  /** Whether a token is asked for with a DPoP proof, which an org ignores for clients without DPoP (okta-sdk-golang from 6.1.7). */
  readonly proof: boolean;
}

const sdk = (version: string, proof = false): Generation => {
  const userAgent = `okta-sdk-golang/${version} ${GO} ${PROVIDER}`;
  return { userAgent, tokenAgent: userAgent, proof };
};

const GENERATIONS: Record<"v2" | "v3" | "v5" | "v6" | "v6 of late", Generation> = {
  v2: { userAgent: `local-v2-sdk/0.0.0 ${GO} ${PROVIDER}`, tokenAgent: `local-v2-sdk/0.0.0 ${GO}`, proof: false },
  v3: sdk("4.1.2"),
  v5: sdk("5.0.6"),
  v6: sdk("6.0.3"),
  "v6 of late": sdk("6.1.7", true),
};

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** Sends a request as Go's client does through a proxy, from a socket of its own, and reads the answer to its end. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
  absolute = true,
): Promise<Answer> {
  const { host, hostname, port } = new URL(lab.okta.url);
  const { "User-Agent": agent, ...others } = headers;
  const length =
    body !== undefined || method === "POST" || method === "PUT"
      ? [`Content-Length: ${Buffer.byteLength(body ?? "")}`]
      : [];
  const lines = [
    `${method} ${absolute ? lab.okta.url : ""}${path} HTTP/1.1`,
    `Host: ${host}`,
    `User-Agent: ${agent}`,
    ...length,
    ...Object.entries(others)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}: ${value}`),
    "Accept-Encoding: gzip",
    ...(absolute ? ["Proxy-Authorization: Basic Og=="] : []),
  ];
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) }, () =>
      socket.write(`${lines.join("\r\n")}\r\n\r\n${body ?? ""}`),
    );
    let received = "";
    socket.setEncoding("utf8").on("data", (piece: string) => {
      received += piece;
      if (isComplete(received)) socket.destroy();
    });
    socket.on("close", () => resolve(received)).on("error", reject);
  });
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const json = /[{[].*[}\]]/s.exec(rest.join(""))?.[0];
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    body: json === undefined ? {} : (JSON.parse(json) as Record<string, unknown>),
  };
}

/** Whether an answer is there to its end: by its length, by its last chunk, or since it has no body. */
function isComplete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length !== undefined) return Buffer.byteLength(body) >= Number(length);
  return /^HTTP\/1\.1 204/.test(head) || body.endsWith("0\r\n\r\n");
}

/** A body as Go's JSON encoder writes it, with a line end after it. */
const go = (body: object): string => `${JSON.stringify(body)}\n`;

/** `iss` = `sub`, an hour, a new `jti` and the `kid` of the configuration: all four make it alike. */
async function assertion(): Promise<string> {
  const { clientId, privateKey, privateKeyId } = lab.credentials.okta;
  return new SignJWT({ sub: clientId, iss: clientId, aud: `${lab.okta.url}/oauth2/v1/token`, jti: randomUUID() })
    .setProtectedHeader({ alg: "RS256", kid: privateKeyId })
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(await importPKCS8(privateKey, "RS256"));
}

async function proof(): Promise<string> {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  return new SignJWT({ htm: "POST", htu: `${lab.okta.url}/oauth2/v1/token`, jti: randomUUID() })
    .setProtectedHeader({ alg: "RS256", typ: "dpop+jwt", jwk: await exportJWK(publicKey) })
    .setIssuedAt()
    .sign(privateKey);
}

async function askToken(generation: Generation): Promise<Answer> {
  const form = new URLSearchParams({
    client_assertion: await assertion(),
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    grant_type: "client_credentials",
    scope: SCOPES.join(" "),
  });
  const headers = {
    "User-Agent": generation.tokenAgent,
    Accept: "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
    ...(generation.proof && { Dpop: await proof() }),
  };
  return send("POST", "/oauth2/v1/token", headers, form.toString());
}

const SCOPES = [
  "okta.apps.manage",
  "okta.appGrants.manage",
  "okta.roles.manage",
  "okta.authorizationServers.manage",
  "okta.policies.read",
];

describe.each(Object.entries(GENERATIONS))("the SDK %s", (_, generation) => {
  test("gets a token of its own, by an assertion of its own", async () => {
    const first = await askToken(generation);
    const second = await askToken(generation);
    expect(first).toMatchObject({ status: 200, body: { token_type: "Bearer", expires_in: 3600 } });
    expect((first.body["scope"] as string).split(" ").sort()).toEqual([...SCOPES].sort());
    expect(second.body["access_token"]).not.toBe(first.body["access_token"]);
  });

  test.each(["SSWS", "Bearer"])("is answered under %s, and is the plugin in the journal", async (scheme) => {
    const token =
      scheme === "SSWS" ? lab.credentials.okta.apiToken : String((await askToken(generation)).body["access_token"]);
    const { position } = lab.journal;
    const headers = {
      "User-Agent": generation.userAgent,
      Accept: "application/json",
      Authorization: `${scheme} ${token}`,
    };
    expect((await send("GET", "/api/v1/apps?limit=1", headers)).status).toBe(200);
    expect((await send("GET", "/api/v1/apps?limit=1", headers, undefined, false)).status).toBe(200);
    const seen = lab.journal.entries({ after: position }).map(({ caller, path }) => `${caller} ${path}`);
    expect(seen).toEqual(["pulumi-resource-okta /api/v1/apps?limit=1", "pulumi-resource-okta /api/v1/apps?limit=1"]);
  });
});

describe("what the plugin asks beside the resources", () => {
  const by = (generation: keyof typeof GENERATIONS, authorization: string, more: Record<string, string> = {}) => ({
    "User-Agent": GENERATIONS[generation].userAgent,
    Accept: "application/json",
    Authorization: authorization,
    ...more,
  });
  const ssws = () => `SSWS ${lab.credentials.okta.apiToken}`;
  const json = { "Content-Type": "application/json" };

  /** The body of a service app, as recorded. */
  const serviceApp = (label: string) => ({
    accessibility: {},
    credentials: {
      oauthClient: { autoKeyRotation: true, pkce_required: false, token_endpoint_auth_method: "client_secret_basic" },
      userNameTemplate: { template: "${source.login}", type: "BUILT_IN" },
    },
    label,
    name: "oidc_client",
    settings: {
      notes: {},
      oauthClient: {
        application_type: "web",
        consent_method: "TRUSTED",
        dpop_bound_access_tokens: false,
        grant_types: ["authorization_code"],
        idp_initiated_login: { default_scope: [], mode: "DISABLED" },
        issuer_mode: "ORG_URL",
        redirect_uris: ["https://unused.invalid/callback"],
        response_types: ["code"],
        wildcard_redirect: "DISABLED",
      },
    },
    signOnMode: "OPENID_CONNECT",
    visibility: { hide: { iOS: true, web: true } },
  });

  test.each(["v3", "v2"] as const)("whether the API token is good: users/me, by %s", async (generation) => {
    const { status, body } = await send("GET", "/api/v1/users/me", by(generation, ssws()));
    expect({ status, id: body["id"] }).toEqual({ status: 200, id: expect.stringMatching(/^00u/) });
    expect((await send("GET", "/api/v1/users/me", by(generation, "SSWS wrong"))).status).toBe(401);
  });

  test("whether the org is Classic, with the login and without", async () => {
    const { "User-Agent": agent } = by("v3", "");
    for (const headers of [by("v3", ssws()), { "User-Agent": agent, Accept: "application/json" }]) {
      const { status, body } = await send("GET", "/.well-known/okta-organization", headers);
      expect({ status, pipeline: body["pipeline"] }).toEqual({ status: 200, pipeline: "idx" });
    }
  });

  test("a web app: made, its groups claim written and read, the default policy found and assigned, taken down", async () => {
    const made = await send("POST", "/api/v1/apps?activate=true", by("v6", ssws(), json), go(serviceApp("Played")));
    expect(made.status).toBe(200);
    const id = String(made.body["id"]);

    const claim = `/api/v1/internal/apps/${id}/settings/oauth/idToken`;
    const written = await send("POST", claim, by("v2", ssws(), json), go({ issuerMode: "ORG_URL" }));
    const read = await send("GET", claim, by("v2", ssws()));
    expect([written, read]).toEqual([
      { status: 200, body: { issuerMode: "ORG_URL" } },
      { status: 200, body: { issuerMode: "ORG_URL" } },
    ]);
    const { access_token: token } = (await askToken(GENERATIONS.v2)).body;
    for (const method of ["GET", "POST"]) {
      const refused = await send(
        method,
        claim,
        by("v2", `Bearer ${String(token)}`, json),
        method === "POST" ? go({}) : undefined,
      );
      expect({ status: refused.status, code: refused.body["errorCode"] }).toEqual({ status: 403, code: "E0000005" });
    }

    const policies = (await send("GET", "/api/v1/policies?type=ACCESS_POLICY", by("v2", ssws()))).body as unknown as {
      id: string;
      system: boolean;
    }[];
    const [policy, ...more] = policies.filter(({ system }) => system);
    expect(more).toEqual([]);
    expect(policies.length).toBeGreaterThan(1);
    const assigned = await send("PUT", `/api/v1/apps/${id}/policies/${policy!.id}`, by("v2", ssws()));
    expect(assigned).toEqual({ status: 204, body: {} });

    expect((await send("POST", `/api/v1/apps/${id}/lifecycle/deactivate`, by("v6", ssws()))).status).toBe(200);
    expect((await send("DELETE", `/api/v1/apps/${id}`, by("v6", ssws()))).status).toBe(204);
  });
});
