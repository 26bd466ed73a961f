import { describe, expect, test } from "@jest/globals";
import { proposeMapping } from "../../../operations/learn/mapping.ts";
import { unpublishedLeaves } from "../../../operations/learn/unpublished.ts";
import { DEFAULT_NAMES } from "../../../providers/anypoint/private-key-block.ts";

const SCOPES = ["okta.clients.read", "okta.clients.register"];

/** An answer with these unpublished members of `client`. */
const answer = (client: object, outside: object = {}) => ({
  providerId: "p",
  organizationId: "o",
  name: "by-hand",
  type: { name: "openid-dynamic-client", description: "d", version: "1" },
  allow_untrusted_certificates: false,
  oidc_dynamic_client_provider: {
    issuer: "https://acme.okta.com",
    client: { urls: { register: "https://acme.okta.com/oauth2/v1/clients" }, ...client },
    primary_client: { id: "0oaInspector00000001", secret: "********" },
    urls: { authorize: "a", token: "t", introspect: "i" },
    supported_grant_types: [{ name: "implicit" }],
    client_request_timeout: 5000,
  },
  ...outside,
});
const propose = (client: object, hints: { managerClientId?: string } = {}, outside: object = {}) =>
  proposeMapping(unpublishedLeaves(answer(client, outside)), hints);

test("what is published is no part of it", () => {
  expect(unpublishedLeaves(answer({ registration: { authorization: "SSWS x" } }))).toEqual([]);
  expect(propose({})).toMatchObject({
    overrides: {},
    doubts: ["Nothing unpublished looks like the private key, the client id, the scopes."],
  });
});

test("our default names need no configuration", () => {
  const registration = {
    authentication_method: "private_key_jwt",
    private_key_jwt: { client_id: "mulesoft-client-manager-dev-1", private_key: "********", scopes: SCOPES },
  };
  const mapping = propose({ registration }, { managerClientId: "mulesoft-client-manager-dev-1" });
  expect(mapping).toMatchObject({ names: DEFAULT_NAMES, overrides: {}, doubts: [], others: [], scopes: SCOPES });
});

describe("each part is known by what it is", () => {
  test.each([
    ["masked", "********", {}],
    ["a PEM", "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", {}],
    ["a PEM beside another mask", "-----BEGIN RSA PRIVATE KEY-----\nM", { passphrase: "********" }],
  ])("a private key that is %s", (_, x, more) => {
    const mapping = propose({ how: "jwt", x, ...more, y: "0oaManager0000000001", z: SCOPES.join(" ") });
    expect(mapping.names).toEqual({
      methodPath: "client.how",
      methodValue: "jwt",
      clientIdPath: "client.y",
      privateKeyPath: "client.x",
      scopesPath: "client.z",
      scopesFormat: "string",
    });
    expect(mapping.doubts).toEqual([]);
  });

  test("a switch that is on, where no text names the method", () => {
    const mapping = propose({
      use_oauth2_private_key_jwt: true,
      use_registration_credentials: false,
      block: { id: "0oaManager0000000001", key: "********", scopes: SCOPES },
    });
    expect(mapping.names).toMatchObject({ methodPath: "client.use_oauth2_private_key_jwt", methodValue: true });
    expect(mapping.others.map(({ keys }) => keys.at(-1))).toEqual(["use_registration_credentials"]);
    expect(mapping.doubts).toEqual([]);
  });

  test("nothing at all may name it, which is in doubt", () => {
    const mapping = propose({ block: { id: "0oaManager0000000001", key: "********", scopes: SCOPES } });
    expect(mapping.overrides).toMatchObject({ methodPath: "" });
    expect(mapping.doubts).toEqual([expect.stringMatching(/^method: nothing unpublished names it.*does\.$/)]);
    const block = { id: "0oaManager0000000001", key: "********", scopes: SCOPES };
    const leaves = unpublishedLeaves(answer({ token_endpoint_auth_methods_supported: ["private_key_jwt"], block }));
    expect(proposeMapping(leaves, { authMethods: ["private_key_jwt"] }).doubts).toEqual([
      expect.stringMatching(/Perhaps the published .* does \(private_key_jwt\)/),
    ]);
  });
});

describe("in doubt", () => {
  const block = { method: "jwt", id: "0oaManager0000000001", key: "********", scopes: SCOPES };

  test.each([
    [
      "two masked values of like names",
      { key2: "********" },
      {},
      /^private key: it may be at .*client\.key or .*client\.key2/,
    ],
    ["two client ids", { other: "0oaManager0000000002" }, {}, /^client id: it may be at/],
    [
      "another client id than the Manager's",
      {},
      { managerClientId: "manager-1" },
      /holds 0oaManager0000000001, and not the Manager's/,
    ],
    ["a client id known by its name", { id: "abc" }, {}, /client id: .* taken by its name alone; --manager-client-id/],
    ["a key known by its name", { key: "not shown" }, {}, /private key: .* taken by its name alone/],
    ["a switch of no known meaning", { dpop: true }, {}, /On, and of no known meaning: .*client\.dpop/],
    ["a key that the configuration can't name", { "a.b": 1 }, {}, /Out of reach .*client\.a\.b/],
  ])("%s", (_, changes, hints, doubt) => {
    const mapping = propose({ ...block, ...changes }, hints);
    expect(mapping.names).toBeDefined();
    expect(mapping.doubts).toEqual([expect.stringMatching(doubt)]);
  });

  test("a block outside the tree that the paths begin in", () => {
    const { names, doubts } = propose({}, {}, { private_key_jwt: block });
    expect(names).toBeUndefined();
    expect(doubts.join("\n")).toMatch(/Out of reach of the configuration.*private_key_jwt\.key/);
  });

  test("a text under a secret's name is never taken for the method, which would print it", () => {
    const { method: _, ...rest } = block;
    const mapping = propose({ ...rest, client_secret: "hush-hush" });
    expect(JSON.stringify([mapping.names, mapping.doubts])).not.toContain("hush-hush");
  });
});
