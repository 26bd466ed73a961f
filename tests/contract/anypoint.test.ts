import { Ajv } from "ajv";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { HTTPException } from "hono/http-exception";
import { parseProvider, parseProviderPatch } from "../../sandbox/anypoint/client-provider-schema.ts";
import { DEFAULT_SWITCHES } from "../../sandbox/anypoint/context.ts";
import {
  type LocalAnypoint,
  OIDC_POLICY_BODY,
  addInstance,
  addProvider,
  apisPath,
  applicationBody,
  applicationsPath,
  contractBody,
  localAnypoint,
  staticHeaderProvider,
} from "../sandbox/anypoint/local-anypoint.ts";
import { type Departure, type Spec, loadSpec, responseValidator, routeExists, specsPresent } from "./openapi.ts";

/** Routes that the published descriptions don't have, and where they are known from. */
const UNDESCRIBED: Record<string, string> = {
  "GET /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis":
    "used by the vendor's Terraform provider",
  "POST /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/policies/:policyId/enable":
    "specification of the vendor's client generator",
  "POST /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/policies/:policyId/disable":
    "specification of the vendor's client generator",
  "POST /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/contracts/:contractId/approve":
    "specification of the vendor's client generator",
  "POST /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/contracts/:contractId/reject":
    "specification of the vendor's client generator",
  "POST /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/contracts/:contractId/revoke":
    "specification of the vendor's client generator",
  "POST /apimanager/xapi/v1/organizations/:organizationId/environments/:environmentId/apis/:apiId/contracts/:contractId/restore":
    "specification of the vendor's client generator",
  "GET /apimanager/xapi/v1/organizations/:organizationId/exchange-policy-templates/:groupId/:assetId/:version":
    "specification of the vendor's client generator",
};

/** Departures of answers that the vendor's own examples show as well. */
const KNOWN_DEPARTURES: { at: RegExp; keyword: string; reason: string }[] = [
  {
    at: /\/pointcutData$/,
    keyword: "type",
    reason: "null stands for everything; the description of requests allows it, that of answers doesn't",
  },
  {
    at: /\/(approvedDate|tierId|tier|description)$/,
    keyword: "type",
    reason: "the published examples hold null here, the schemas derived from them know one type",
  },
  {
    at: /\/(lastActiveDate|uri|proxyUri)$/,
    keyword: "type",
    reason: "the published examples hold null here",
  },
];

const suite = specsPresent ? describe : describe.skip;
if (!specsPresent) console.warn("Contract tests of the local Anypoint are skipped: ../shared/specs is not there.");

const unexpected = (departures: Departure[]): string[] =>
  departures
    .filter(({ at, keyword }) => !KNOWN_DEPARTURES.some((known) => known.at.test(at) && known.keyword === keyword))
    .map(({ message }) => message);

suite("the local Anypoint against the published descriptions", () => {
  let accounts: Spec;
  let manager: Spec;
  let portal: Spec;
  let exchange: Spec;
  let anypoint: LocalAnypoint;

  beforeAll(async () => {
    accounts = loadSpec("mulesoft/access-management/api.yaml");
    manager = loadSpec("mulesoft/api-manager/api.yaml");
    portal = loadSpec("mulesoft/api-portal-xapi/api.yaml");
    exchange = loadSpec("mulesoft/exchange-experience/api.yaml");
    anypoint = await localAnypoint();
  });

  test("serves only routes that the descriptions have, but for a listed few", () => {
    const routes = anypoint.service.app.routes.filter(({ method }) => method !== "ALL");
    const undescribed = new Set(
      routes
        .filter(
          ({ method, path }) => ![accounts, manager, portal, exchange].some((spec) => routeExists(spec, method, path)),
        )
        .map(({ method, path }) => `${method} ${path}`),
    );
    expect([...undescribed].sort()).toEqual(Object.keys(UNDESCRIBED).sort());
    expect(routes.length).toBeGreaterThan(50);
  });

  describe("client provider bodies", () => {
    const accepts = (schemaName: string): ((body: unknown) => boolean) => {
      const { schemas } = accounts.document.components as { schemas: Record<string, unknown> };
      const names = [schemaName, "GrantType"];
      const definitions = Object.fromEntries(names.map((name) => [name, schemas[name]]));
      const text = JSON.stringify(definitions).replaceAll("#/components/schemas/", "#/definitions/");
      const ajv = new Ajv({ strict: false });
      return ajv.compile({ $ref: `#/definitions/${schemaName}`, definitions: JSON.parse(text) as object });
    };
    const taken = (parse: () => unknown): boolean => {
      try {
        parse();
        return true;
      } catch (error) {
        if (error instanceof HTTPException && error.status === 400) return false;
        throw error;
      }
    };

    /** Bodies made from a good one: each member left out, each replaced by another type, and a key added to each object. */
    function* variants(body: Record<string, unknown>): Generator<[string, Record<string, unknown>]> {
      yield ["as it is", body];
      function* walk(path: string[], node: Record<string, unknown>): Generator<[string, Record<string, unknown>]> {
        const changed = (change: (target: Record<string, unknown>) => void): Record<string, unknown> => {
          const copy = structuredClone(body);
          change(path.reduce((tree, part) => tree[part] as Record<string, unknown>, copy));
          return copy;
        };
        yield [`${path.join(".")}: a key more`, changed((target) => (target["color"] = "blue"))];
        for (const [key, value] of Object.entries(node)) {
          const name = [...path, key].join(".");
          yield [`${name}: missing`, changed((target) => delete target[key])];
          yield [`${name}: another type`, changed((target) => (target[key] = typeof value === "number" ? "x" : 7))];
          if (typeof value === "object" && value !== null && !Array.isArray(value)) {
            yield* walk([...path, key], value as Record<string, unknown>);
          }
        }
      }
      yield* walk([], body);
    }

    const good = {
      ...staticHeaderProvider("https://acme.example", {
        supported_grant_types: [{ name: "implicit", label: "Implicit", required: false, exclude: [], depends: [] }],
      }),
      azure_ad_provider: { client: { registration: { key_expired_in: "P1Y" } } },
    };

    test("are taken and refused as the published schema says, for the published shape", () => {
      const published = accepts("OIDCDynamicClientProvider");
      const ours = (body: Record<string, unknown>): boolean => taken(() => parseProvider(body, DEFAULT_SWITCHES));
      const all = [...variants(good)];
      expect(all.filter(([, body]) => published(body) !== ours(body)).map(([name]) => name)).toEqual([]);
      expect(all.filter(([, body]) => published(body)).length).toBeGreaterThan(5);
      expect(all.filter(([, body]) => !published(body)).length).toBeGreaterThan(40);
    });

    test("of a PATCH likewise", () => {
      const published = accepts("OIDCDynamicClientProviderOptional");
      const stored = parseProvider(good, DEFAULT_SWITCHES);
      const ours = (body: Record<string, unknown>): boolean =>
        taken(() => parseProviderPatch(body, stored, DEFAULT_SWITCHES));
      const all = [...variants({ ...good, type: { description: "new" } })];
      expect(all.filter(([, body]) => published(body) !== ours(body)).map(([name]) => name)).toEqual([]);
      expect(published(good)).toBe(false);
      expect(ours(good)).toBe(false);
    });
  });

  describe("answers", () => {
    let provider: string;
    let apiId: number;
    let protectedId: number;
    let applicationId: number;
    beforeAll(async () => {
      const builtIn = await addInstance(anypoint, null, "built-in");
      const made = await anypoint.call(
        "POST",
        `${applicationsPath(anypoint)}?apiInstanceId=${builtIn}`,
        applicationBody("x"),
      );
      applicationId = made.body.id;
      provider = await addProvider(anypoint, staticHeaderProvider("http://127.0.0.1:1"));
      protectedId = await addInstance(anypoint, provider);
      await anypoint.call("POST", `${apisPath(anypoint)}/${protectedId}/policies`, OIDC_POLICY_BODY);
      const tier = { name: "gold", autoApprove: false, status: "ACTIVE", limits: [] };
      const { body } = await anypoint.call("POST", `${apisPath(anypoint)}/${builtIn}/tiers`, tier);
      const request = { ...contractBody(anypoint, builtIn), requestedTierId: body.id };
      await anypoint.call("POST", `${applicationsPath(anypoint)}/${applicationId}/contracts`, request);
      apiId = builtIn;
    });

    async function departures(
      spec: Spec,
      path: string,
      method = "GET",
      body?: unknown,
      status = 200,
    ): Promise<string[]> {
      const answer = await anypoint.call(method, path, body);
      expect(answer.status).toBe(status);
      return unexpected(responseValidator(spec, method, path, status)(answer.body));
    }

    test("of Access Management fit their schemas", async () => {
      const organization = `/accounts/api/organizations/${anypoint.root}`;
      const suggested = `${organization}/environments/${anypoint.sandbox}/clientManagementProviders`;
      const put = { suggestedClientManagementProviderIds: [provider] };
      expect(await departures(accounts, `${organization}/environments`)).toEqual([]);
      expect(await departures(accounts, `${organization}/clientProviders?ascending=true`)).toEqual([]);
      expect(await departures(accounts, `${organization}/clientProviders/${provider}/grantTypes`)).toEqual([]);
      expect(await departures(accounts, `${organization}/clientProviders/${provider}/clients?ascending=true`)).toEqual(
        [],
      );
      expect(await departures(accounts, suggested, "PUT", put)).toEqual([]);
      expect(await departures(accounts, suggested)).toEqual([]);
    });

    test("of a client provider, read with its secrets, could be sent again", async () => {
      const path = `/accounts/api/organizations/${anypoint.root}/clientProviders/${provider}?includeSecrets=true`;
      const { body } = await anypoint.call("GET", path);
      expect(() => parseProvider(body as never, DEFAULT_SWITCHES)).not.toThrow();
    });

    test("of API Manager fit their schemas", async () => {
      const one = `${apisPath(anypoint)}/${apiId}`;
      expect(await departures(manager, apisPath(anypoint))).toEqual([]);
      expect(await departures(manager, one)).toEqual([]);
      expect(await departures(manager, one, "PATCH", { endpointUri: null })).toEqual([]);
      expect(await departures(manager, `${apisPath(anypoint)}/${protectedId}/policies?fullInfo=false`)).toEqual([]);
      expect(await departures(manager, `${one}/tiers`)).toEqual([]);
      expect(await departures(manager, `${one}/contracts`)).toEqual([]);
      const [contract] = Object.values(anypoint.service.state.contracts);
      expect(await departures(manager, `${one}/contracts/${contract?.id}`)).toEqual([]);
      expect(await departures(manager, `${one}/contracts/${contract?.id}`, "PATCH", { status: "APPROVED" })).toEqual(
        [],
      );
    });

    test("of Exchange fit their schemas", async () => {
      const application = `${applicationsPath(anypoint)}/${applicationId}`;
      const versionGroup = `/exchange/api/v2/assets/${anypoint.root}/orders-api/versionGroups/v1`;
      const listed = await anypoint.call("GET", applicationsPath(anypoint));
      const validate = responseValidator(exchange, "GET", applicationsPath(anypoint), 200);
      expect(unexpected(validate(listed.body))).toEqual([]);
      expect(await departures(exchange, `${application}/contracts`)).toEqual([]);
      expect(await departures(exchange, `${versionGroup}/instances`)).toEqual([]);
      expect(await departures(exchange, `${versionGroup}/instances/${apiId}/tiers`)).toEqual([]);
      const second = await addInstance(anypoint, null, "second");
      const request = contractBody(anypoint, second);
      expect(await departures(exchange, `${application}/contracts`, "POST", request, 201)).toEqual([]);
    });
  });
});
