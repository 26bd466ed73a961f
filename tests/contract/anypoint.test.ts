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
import { documentOf, specsPresent } from "./descriptions.ts";
import { undescribedRoutes } from "./undescribed.ts";

const suite = specsPresent ? describe : describe.skip;
if (!specsPresent) console.warn("Contract tests of the local Anypoint are skipped: ../shared/specs is not there.");

suite("the local Anypoint against the published descriptions", () => {
  let anypoint: LocalAnypoint;
  beforeAll(async () => {
    anypoint = await localAnypoint();
  });

  test("serves only routes that the descriptions have, but for known differences", async () => {
    const { unknown, described } = await undescribedRoutes("anypoint");
    expect(unknown).toEqual([]);
    expect(described).toBeGreaterThan(50);
  });

  describe("client provider bodies", () => {
    const accepts = (schemaName: string): ((body: unknown) => boolean) => {
      const { schemas } = documentOf("mulesoft/access-management/api.yaml").components as {
        schemas: Record<string, unknown>;
      };
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

    // What comes back is held to the descriptions as in every suite; here it is brought about.
    async function expectOk(path: string, method = "GET", body?: unknown): Promise<void> {
      expect((await anypoint.call(method, path, body)).status).toBe(200);
    }

    test("of Access Management fit their schemas", async () => {
      const organization = `/accounts/api/organizations/${anypoint.root}`;
      const suggested = `${organization}/environments/${anypoint.sandbox}/clientManagementProviders`;
      const put = { suggestedClientManagementProviderIds: [provider] };
      await expectOk(`${organization}/environments`);
      await expectOk(`${organization}/clientProviders?ascending=true`);
      await expectOk(`${organization}/clientProviders/${provider}/grantTypes`);
      await expectOk(`${organization}/clientProviders/${provider}/clients?ascending=true`);
      await expectOk(suggested, "PUT", put);
      await expectOk(suggested);
    });

    test("of a client provider, read with its secrets, could be sent again", async () => {
      const path = `/accounts/api/organizations/${anypoint.root}/clientProviders/${provider}?includeSecrets=true`;
      const { body } = await anypoint.call("GET", path);
      expect(() => parseProvider(body as never, DEFAULT_SWITCHES)).not.toThrow();
    });

    test("of API Manager fit their schemas", async () => {
      const one = `${apisPath(anypoint)}/${apiId}`;
      await expectOk(apisPath(anypoint));
      await expectOk(one);
      await expectOk(one, "PATCH", { endpointUri: null });
      await expectOk(`${apisPath(anypoint)}/${protectedId}/policies?fullInfo=false`);
      await expectOk(`${one}/tiers`);
      await expectOk(`${one}/contracts`);
      const [contract] = Object.values(anypoint.service.state.contracts);
      await expectOk(`${one}/contracts/${contract?.id}`);
      await expectOk(`${one}/contracts/${contract?.id}`, "PATCH", { status: "APPROVED" });
    });

    test("of Exchange fit their schemas", async () => {
      const application = `${applicationsPath(anypoint)}/${applicationId}`;
      const versionGroup = `/exchange/api/v2/assets/${anypoint.root}/orders-api/versionGroups/v1`;
      await expectOk(applicationsPath(anypoint));
      await expectOk(`${application}/contracts`);
      await expectOk(`${versionGroup}/instances`);
      await expectOk(`${versionGroup}/instances/${apiId}/tiers`);
      const second = await addInstance(anypoint, null, "second");
      const request = contractBody(anypoint, second);
      expect((await anypoint.call("POST", `${application}/contracts`, request)).status).toBe(201);
    });
  });
});
