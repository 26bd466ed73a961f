/** No local service answers what it does not mean to: another method, another spelling of a path, another type or shape of body. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { QUERY_PARAMETERS as ANYPOINT_PARAMETERS } from "../../sandbox/anypoint/query-parameters.ts";
import { QUERY_PARAMETERS as OKTA_PARAMETERS } from "../../sandbox/okta/query-parameters.ts";
import { type Answer, type Route, type Walk, startWalk } from "./route-walk.ts";

let walk: Walk;
let stored: unknown;
beforeAll(async () => {
  walk = await startWalk();
});
afterAll(() => walk.close());
/** Nothing of this may change anything. */
beforeEach(() => {
  stored = walk.lab.snapshot();
});
afterEach(() => expect(walk.lab.snapshot()).toEqual(stored));

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
const WRITES = ["POST", "PUT", "PATCH"];
const JSON_TYPE = "application/json";
const FORM_TYPE = "application/x-www-form-urlencoded";

const takesForm = ({ pattern }: Route): boolean =>
  /\/oauth2\/.*(token|introspect|revoke)$|^\/oauth2\/.*\/(token|introspect|revoke)$/.test(pattern);
const named = ({ service, method, pattern }: Route, rest = ""): string => `${service} ${method} ${pattern}${rest}`;

/** Whether a path is one of the authorization servers' own, or of registration. */
const isOAuth = (pattern: string): boolean =>
  /\/oauth2\/|\/\.well-known\/o(auth|penid)/.test(pattern) && !/\/roles(\/|$)|\/api\/v1\//.test(pattern);

/** Sends variants of every route and lists those whose answer is not as it should be. */
async function wrong(
  variants: (route: Route) => Promise<Record<string, () => Promise<Answer>>>,
  allowed: (answer: Answer, route: Route, variant: string) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  for (const route of walk.routes) {
    for (const [variant, send] of Object.entries(await variants(route))) {
      const answer = await send();
      if (!allowed(answer, route, variant))
        found.push(`${named(route)} ${variant}: ${answer.status} ${answer.text.slice(0, 80)}`);
    }
  }
  return found;
}

const notSimulated = ({ status, text }: Answer): boolean => status === 501 && text.includes("not_simulated");
const isFault = ({ status, text }: Answer): boolean => status === 500 || text.includes("simulator_fault");

test("every route is gone through, with something there to answer with", async () => {
  expect(walk.routes.length).toBeGreaterThan(140);
  const gets = walk.routes.filter(({ method }) => method === "GET");
  const empty: string[] = [];
  for (const route of gets) {
    // Not as noise: these answers are held to the descriptions.
    const { status } = await walk.send(route.service, "GET", withRequired(route), { caller: "Test" });
    if (status !== 200) empty.push(`${named(route)} ${status}`);
  }
  expect(empty).toEqual([]);
});

test("routes for whatever method or path are these, each with its reason", () => {
  // Okta's OAuth paths refuse methods that they don't have: the test of methods says how.
  const patterns = new Set(walk.routes.map(({ service, pattern }) => `${service} ALL ${pattern}`));
  const others = walk.wildcards.filter((one) => !/ ALL \/\*$/.test(one) && !(patterns.has(one) && isOAuth(one)));
  expect(others).toEqual([
    // Rate limits, which count before anything is looked at.
    "anypoint ALL /accounts/*",
    "anypoint ALL /exchange/*",
    // A proxy: whatever is behind an API is the backend's to answer.
    "gateway ALL /:environment/:asset/:label/*",
  ]);
});

describe("methods", () => {
  test("another method than a path has is not simulated, or refused in Okta's words", async () => {
    const found = await wrong(
      async ({ service, pattern, path }) => {
        const own = walk.routes.filter((other) => other.service === service && matches(other.pattern, path));
        const has = own.map(({ method }) => method);
        const others = METHODS.filter((method) => !has.includes(method) && !(method === "HEAD" && has.includes("GET")));
        expect(own.map((other) => other.pattern)).toContain(pattern);
        return Object.fromEntries(
          others.map((method) => [method, () => walk.send(service, method, path, bodyOf(method, "{}"))]),
        );
      },
      (answer, { service, pattern }, method) => {
        if (service !== "okta" || !isOAuth(pattern) || method === "OPTIONS") {
          return method === "HEAD" ? answer.status === 501 : notSimulated(answer);
        }
        return answer.status === 405 && (method === "HEAD" || answer.text.includes("E0000022"));
      },
    );
    expect(found).toEqual([]);
  });

  test("HEAD is GET without a body", async () => {
    for (const route of walk.routes.filter(({ method }) => method === "GET")) {
      const get = await walk.send(route.service, "GET", withRequired(route));
      const head = await walk.send(route.service, "HEAD", withRequired(route));
      expect([named(route), head.status, head.text]).toEqual([named(route), get.status, ""]);
    }
  });
});

describe("paths", () => {
  const spellings: Record<string, (path: string) => string> = {
    "a slash behind": (path) => `${path}/`,
    "a slash doubled in front": (path) => `/${path}`,
    "a slash doubled within": (path) => path.replace(/\/([^/]*)$/, "//$1"),
    "upper case": (path) => path.replace(/^\/[^/]+/, (first) => first.toUpperCase()),
    "an encoded slash": (path) => path.replace(/\/([^/]*)$/, "%2F$1"),
    "a matrix parameter": (path) => `${path};v=1`,
    "an encoded dot segment as id": (path) => path.replace(/\/([^/]*)$/, "/%252e%252e/$1"),
    "a percent sign that encodes nothing": (path) => `${path}%`,
    "a null character": (path) => `${path}%00`,
  };
  test.each(Object.entries(spellings))("%s makes another path", async (_what, spell) => {
    const found = await wrong(
      async ({ service, method, path }) => ({
        [method]: () => walk.send(service, method, spell(path), bodyOf(method, "{}")),
      }),
      // As an id it may be one that nothing has.
      (answer) => answer.status >= 400 && !isFault(answer),
    );
    expect(found).toEqual([]);
  });

  test.each(["..", "%2e%2e", "."])("%s leads to no other route than the one it resolves to", async (dots) => {
    const found = await wrong(
      async ({ service, path }) => ({
        GET: () => walk.send(service, "GET", path.replace(/\/([^/]*)$/, `/${dots}/nowhere-at-all`)),
      }),
      (answer) => answer.status >= 400 && !isFault(answer),
    );
    expect(found).toEqual([]);
  });

  test.each(["__proto__", "constructor", "toString", "null", "-1", "%F0%9F%92%A9", "a".repeat(3000)])(
    "the id %s is nobody's",
    async (id) => {
      const found = await wrong(
        async ({ service, method, pattern, path }) =>
          Object.fromEntries(
            parameters(pattern).map((index) => [
              `segment ${index}`,
              () => walk.send(service, method, replaced(path, index, id), bodyOf(method, "{}")),
            ]),
          ),
        (answer) => answer.status >= 400 && !isFault(answer),
      );
      expect(found).toEqual([]);
    },
  );
});

describe("query parameters", () => {
  test("one that a route does not know is not simulated, and named", async () => {
    const found = await wrong(
      async (route) => ({
        unknown: () =>
          walk.send(
            route.service,
            route.method,
            `${withRequired(route)}${joint(route)}no_such=1`,
            bodyOf(route.method, "{}"),
          ),
      }),
      (answer) => notSimulated(answer) && answer.text.includes("no_such"),
    );
    expect(found).toEqual([]);
  });

  test("one that is given twice is not half heard", async () => {
    const table = { okta: OKTA_PARAMETERS, anypoint: ANYPOINT_PARAMETERS };
    for (const route of walk.routes) {
      for (const name of table[route.service][`${route.method} ${route.pattern}`] ?? []) {
        const answer = await walk.send(
          route.service,
          route.method,
          `${route.path}?${name}=1&${name}=2`,
          bodyOf(route.method, "{}"),
        );
        expect([named(route, name), notSimulated(answer)]).toEqual([named(route, name), true]);
      }
    }
  });

  test("the tables name no route that is not there", () => {
    const there = new Set(walk.routes.map(({ service, method, pattern }) => `${service} ${method} ${pattern}`));
    const tabled = [
      ...Object.keys(OKTA_PARAMETERS).map((key) => `okta ${key}`),
      ...Object.keys(ANYPOINT_PARAMETERS).map((key) => `anypoint ${key}`),
    ];
    expect(tabled.filter((key) => !there.has(key))).toEqual([]);
  });

  test("a value of any kind is refused or heard, and never a fault", async () => {
    const table = { okta: OKTA_PARAMETERS, anypoint: ANYPOINT_PARAMETERS };
    const cases = walk.routes
      .filter(({ method }) => method === "GET")
      .flatMap((route) => (table[route.service][`GET ${route.pattern}`] ?? []).map((name) => ({ route, name })));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), fc.string({ unit: "binary" }), async ({ route, name }, value) => {
        const base = withRequired(route, name);
        const mark = base.includes("?") ? "&" : "?";
        const answer = await walk.send(route.service, "GET", `${base}${mark}${name}=${encodeURIComponent(value)}`);
        expect([named(route, name), isFault(answer)]).toEqual([named(route, name), false]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("bodies", () => {
  const takesJson = () =>
    walk.routes.filter((route) => WRITES.includes(route.method) && !takesForm(route) && !takesNothing(route));

  test("a form where JSON is meant is refused", async () => {
    for (const route of takesJson()) {
      const answer = await walk.send(route.service, route.method, withRequired(route), {
        body: "name=x&label=y",
        type: FORM_TYPE,
      });
      expect([named(route), answer.status]).toEqual([named(route), 400]);
    }
  });

  test.each(["text/plain", FORM_TYPE, "multipart/form-data; boundary=x", "application/xml", undefined])(
    "JSON that says it is %s is refused",
    async (type) => {
      for (const route of takesJson()) {
        const answer = await walk.send(route.service, route.method, withRequired(route), {
          body: '{"name":"x"}',
          type,
        });
        expect([named(route), answer.status]).toEqual([named(route), 400]);
      }
    },
  );

  test("JSON where a form is meant is refused, but by Anypoint's login, which takes both", async () => {
    for (const route of walk.routes.filter(takesForm)) {
      const answer = await walk.send(route.service, route.method, route.path, { body: "{}", type: JSON_TYPE });
      expect([named(route), answer.status]).toEqual([named(route), 400]);
    }
  });

  test.each(["{", "null", "[]", "7", '"text"', "{}{}", "\u0000", "<a/>", '{"a":1'.repeat(2000)])(
    "%j is no object, and is refused",
    async (body) => {
      for (const route of takesJson()) {
        // The order of an instance's policies is set by a list; an empty one sets none.
        if (body === "[]" && route.method === "PATCH" && route.pattern.endsWith("/policies")) continue;
        const answer = await walk.send(route.service, route.method, withRequired(route), { body, type: JSON_TYPE });
        expect([named(route), answer.status]).toEqual([named(route), 400]);
      }
    },
  );

  test("a route that takes no body is not made to fail by one", async () => {
    const found: string[] = [];
    for (const route of walk.routes.filter(takesNothing)) {
      const nobody = replaced(route.path, parameters(route.pattern).at(-1) ?? 0, "0");
      const answer = await walk.send(route.service, route.method, nobody, { body: "{", type: JSON_TYPE });
      if (answer.status < 400 || isFault(answer)) found.push(`${named(route)} ${answer.status}`);
    }
    expect(found).toEqual([]);
  });
});

describe("bodies of any content", () => {
  // What is asked for may be right by chance, so these have a lab of their own.
  let own: Walk;
  beforeAll(async () => {
    own = await startWalk();
  });
  afterAll(() => own.close());

  const NAMES = [
    ...["name", "label", "type", "status", "priority", "description", "audiences", "conditions", "actions", "scopes"],
    ...["credentials", "settings", "oauthClient", "jwks", "keys", "kid", "kty", "n", "e", "grant_types", "client_id"],
    ...["client_name", "redirect_uris", "response_types", "issuer", "scopeId", "role", "consent", "value", "people"],
    ...["oidc_dynamic_client_provider", "client", "urls", "primary_client", "registration", "private_key_jwt"],
    ...["spec", "endpoint", "providerId", "instanceLabel", "technology", "groupId", "assetId", "assetVersion"],
    ...["configurationData", "pointcutData", "order", "acceptedTerms", "instanceType", "apiId", "requestedTierId"],
    ...["suggestedClientManagementProviderIds", "limits", "grantTypes", "redirectUri", "version", "include", "token"],
  ];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(null, true, 0, -1, 1e308, "", "x", "ACTIVE", "private_key_jwt", "web", "service", "RSA"),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...NAMES), tie("any"), { maxKeys: 6 }),
    ),
  })).any;
  const body = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 12 });

  test("no JSON object makes a service fail", async () => {
    const takers = own.routes.filter((route) => WRITES.includes(route.method) && !takesForm(route));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...takers), body, async (route, members) => {
        const init = { body: JSON.stringify(members), type: JSON_TYPE };
        const answer = await own.send(route.service, route.method, withRequired(route), init);
        expect([named(route), isFault(answer)]).toEqual([named(route), false]);
      }),
      { numRuns: 500 },
    );
  });

  test("nor does an object as it is read, with one member changed", async () => {
    const subjects: { route: Route; body: unknown }[] = [];
    for (const route of own.routes.filter((one) => WRITES.includes(one.method) && !takesForm(one))) {
      const get = own.routes.find(
        (one) => one.method === "GET" && one.service === route.service && one.path === route.path,
      );
      if (get === undefined) continue;
      const read: unknown = JSON.parse((await own.send(get.service, "GET", withRequired(get))).text);
      // Of a list, one that is in it.
      const inside = [read, ...(Object.values(read as object) as unknown[])].find((one) => Array.isArray(one)) as
        unknown[] | undefined;
      subjects.push({ route, body: route.method === "POST" ? (inside?.[0] ?? read) : read });
    }
    expect(subjects.length).toBeGreaterThan(20);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...subjects), fc.nat(), value, async ({ route, body: whole }, at, member) => {
        const init = { body: JSON.stringify(changedAt(whole, at, member)), type: JSON_TYPE };
        const answer = await own.send(route.service, route.method, withRequired(route), init);
        expect([named(route), isFault(answer)]).toEqual([named(route), false]);
      }),
      { numRuns: 500 },
    );
  });

  test("nor does a form", async () => {
    const names = [
      "grant_type",
      "scope",
      "token",
      "client_id",
      "client_secret",
      "client_assertion",
      "client_assertion_type",
    ];
    const text = fc.oneof(fc.string(), fc.constantFrom("client_credentials", "a.b.c", "eyJhbGciOiJSUzI1NiJ9.e30.x"));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...own.routes.filter(takesForm)),
        fc.dictionary(fc.constantFrom(...names), text),
        async (route, form) => {
          const init = { body: new URLSearchParams(form).toString(), type: FORM_TYPE, anonymous: true };
          const { status } = await own.send(route.service, route.method, route.path, init);
          expect([named(route), status >= 400 && status < 500]).toEqual([named(route), true]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test("no request without a login gets more than what is public", async () => {
  const found = await wrong(
    async (route) => ({
      anonymous: () =>
        walk.send(route.service, route.method, withRequired(route), { ...bodyOf(route.method, "{}"), anonymous: true }),
    }),
    ({ status }, { pattern }) => status >= 400 || /\.well-known|\/keys$/.test(pattern),
  );
  expect(found).toEqual([]);
});

test.each(["/%", "/sandbox/orders-api/%zz/x", "//", "/a/b/c/%00", "/__proto__/constructor/x/y"])(
  "the gateway has no listener at %s",
  async (path) => {
    expect(await walk.send("gateway", "GET", path)).toMatchObject({ status: 404 });
  },
);

/** A copy with another value in one of its places, at any depth. */
function changedAt(whole: unknown, at: number, value: unknown): unknown {
  const copy: unknown = structuredClone(whole);
  const places: (() => void)[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, member] of Object.entries(node)) {
      places.push(() => void ((node as Record<string, unknown>)[key] = value));
      visit(member);
    }
  };
  visit(copy);
  places[at % Math.max(1, places.length)]?.();
  return copy;
}

/** Parameters that a route can't do without. */
function withRequired({ pattern, path, method }: Route, but?: string): string {
  const required: Record<string, string> = {
    ...(pattern === "/api/v1/policies" && { type: "ACCESS_POLICY" }),
    ...(/clientProviders(\/:providerId\/clients)?$/.test(pattern) && method === "GET" && { ascending: "true" }),
    ...(/clientProviders\/:providerId$/.test(pattern) &&
      method === "GET" &&
      !pattern.startsWith("/exchange") && { includeSecrets: "false" }),
    ...(method === "PATCH" &&
      /clientProviders\/:providerId$/.test(pattern) && { recreateTokenValidationClient: "false" }),
  };
  if (but !== undefined) delete required[but];
  const query = new URLSearchParams(required).toString();
  return query === "" ? path : `${path}?${query}`;
}

const joint = (route: Route): string => (withRequired(route).includes("?") ? "&" : "?");

/** Routes of an action alone. */
function takesNothing({ method, pattern }: Route): boolean {
  return (
    (method === "POST" &&
      /\/(activate|deactivate|newSecret|keyRotate|enable|disable|approve|reject|revoke|restore|reset)$/.test(pattern) &&
      !/\/v1\/revoke$/.test(pattern)) ||
    (method === "PUT" && /apps\/:id\/policies\/:policyId$/.test(pattern))
  );
}

/** Indices of the path's segments that are parameters. */
const parameters = (pattern: string): number[] =>
  pattern.split("/").flatMap((segment, index) => (segment.startsWith(":") ? [index] : []));

const replaced = (path: string, index: number, id: string): string =>
  path
    .split("/")
    .map((segment, at) => (at === index ? id : segment))
    .join("/");

const matches = (pattern: string, path: string): boolean => {
  const [parts, segments] = [pattern.split("/"), path.split("/")];
  return (
    parts.length === segments.length && parts.every((part, index) => part.startsWith(":") || part === segments[index])
  );
};

const bodyOf = (method: string, body: string) => (WRITES.includes(method) ? { body, type: JSON_TYPE } : {});
