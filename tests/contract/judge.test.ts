import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { Exchange } from "../../sandbox/core/exchanges.ts";
import { specsPresent } from "./descriptions.ts";
import { type Departure, isOurs, judge } from "./judge.ts";
import { KNOWN_DIFFERENCES, covers, nameOf } from "./known-differences.ts";

const SERVER = "/api/v1/authorizationServers/aus1";

/** An exchange of JSON bodies with the local Okta; by our own client unless told otherwise. */
function exchange(
  line: string,
  request: unknown,
  status: number,
  answer: unknown,
  over: Partial<Exchange> = {},
): Exchange {
  const [method = "", target = ""] = line.split(" ");
  const message = (body: unknown) => ({
    type: body === undefined ? undefined : "application/json",
    body: body === undefined ? "" : JSON.stringify(body),
  });
  return {
    ...{ service: "okta", caller: "okta-anypoint", method, target, request: message(request) },
    answer: { status, ...message(answer) },
    ...over,
  };
}

const found = (...args: Parameters<typeof exchange>): string[] =>
  judge(exchange(...args))!.departures.map(({ side, at, keyword }) => `${side} ${at} ${keyword}`);

const suite = specsPresent ? describe : describe.skip;

suite("an answer", () => {
  const scope = { name: "orders.read", consent: "IMPLICIT", default: false };
  const asked = `GET ${SERVER}/scopes/scp1`;

  test("that fits is no departure, and the operation is named as the description does", () => {
    expect(judge(exchange(asked, undefined, 200, scope))).toEqual({
      operation: "GET /api/v1/authorizationServers/{authServerId}/scopes/{scopeId}",
      departures: [],
    });
  });

  test.each([
    ["a value of another type", { ...scope, default: "no" }, "answer /default type"],
    ["a value that the list has not", { ...scope, consent: "MAYBE" }, "answer /consent enum"],
    ["a member missing", { consent: "IMPLICIT" }, "answer /name required"],
    ["a member that is not there", { ...scope, color: "blue" }, "answer /color unknown"],
    ["no body", undefined, "answer  required"],
  ])("with %s departs", (_, body, departure) => {
    expect(found(asked, undefined, 200, body)).toEqual([departure]);
  });

  test("with a status that is not declared departs, in one of its kind too", () => {
    expect(found(asked, undefined, 418, scope)).toEqual(["answer 418 status"]);
    expect(found(asked, undefined, 204, undefined)).toEqual(["answer 204 status"]);
  });

  test("of a list is looked into, with indices starred", () => {
    expect(found(`GET ${SERVER}/scopes`, undefined, 200, [scope, { ...scope, color: "blue" }])).toEqual([
      "answer /*/color unknown",
    ]);
  });

  test("with a body where none is described, and with another content type", () => {
    expect(found(`DELETE ${SERVER}`, undefined, 204, { gone: true })).toEqual(["answer  undescribed"]);
    const text = { status: 200, type: "text/html", body: "<p>" };
    expect(found(asked, undefined, 200, scope, { answer: text })).toEqual(["answer content-type undescribed"]);
  });

  test("is chosen by its discriminator", () => {
    const app = { signOnMode: "OPENID_CONNECT", label: "x", name: "bookmark", credentials: {}, settings: { url: "x" } };
    expect(found("GET /api/v1/apps/0oa1", undefined, 200, app).sort()).toEqual([
      "answer /name enum",
      "answer /settings/url unknown",
    ]);
  });

  test("may have what the description's own example has", () => {
    const id = "11111111-2222-4333-8444-555555555555";
    const line = `GET /apimanager/api/v1/organizations/${id}/environments/${id}/apis/1/contracts`;
    const contract = { id: 1, rejectedDate: null, application: { audit: {} }, color: "blue" };
    const departures = found(line, undefined, 200, { total: 1, contracts: [contract] }, { service: "anypoint" });
    expect(departures).toEqual(["answer /contracts/*/color unknown"]);
  });

  test("never shows in a departure", () => {
    const all = judge(exchange(asked, undefined, 200, { ...scope, consent: "hunter2", default: "hunter2" }));
    expect(all!.departures).toHaveLength(2);
    expect(JSON.stringify(all)).not.toContain("hunter2");
  });
});

suite("a request", () => {
  const scopes = `POST ${SERVER}/scopes`;
  const made = { name: "orders.read" };

  test.each<[string, string, unknown, string]>([
    ["a member that is not there", scopes, { ...made, color: "blue" }, "request /color unknown"],
    ["a member missing", scopes, {}, "request /name required"],
    ["no body", scopes, undefined, "request  required"],
    ["a parameter that is not there", `${scopes}?color=blue`, made, "request ?color unknown"],
  ])("of our own with %s departs, accepted or not", (_, line, body, departure) => {
    expect(found(line, body, 201, made)).toEqual([departure]);
    expect(found(line, body, 400, {}).filter((each) => each.startsWith("request"))).toEqual([departure]);
  });

  test("made by hand departs where it was accepted", () => {
    const by = { caller: "test" };
    expect(found(scopes, { ...made, color: "blue" }, 201, made, by)).toEqual(["request /color unknown"]);
    expect(found(scopes, { ...made, color: "blue" }, 400, {}, by)).toEqual([]);
  });

  test("that a fault refused is looked at all the same", () => {
    expect(found(scopes, {}, 0, undefined, { answer: undefined })).toEqual(["request /name required"]);
  });

  test("may have numbers, booleans and lists in its query, as texts", () => {
    const by = { service: "anypoint" as const };
    const list = "GET /accounts/api/organizations/o/clientProviders?ascending=true&limit=5";
    const query = (text: string) => found(`${list}${text}`, undefined, 429, undefined, by);
    expect(query("&provider_id=a&provider_id=b")).toEqual([]);
    expect(query("&offset=many")).toEqual(["request ?offset type"]);
    expect(found("GET /accounts/api/organizations/o/clientProviders", undefined, 429, undefined, by)).toEqual([
      "request ?ascending required",
    ]);
  });

  test("of a path that no description has departs, unless it was made by hand and refused", () => {
    expect(found("GET /api/v1/nothing", undefined, 404, {})).toEqual(["request  undescribed"]);
    expect(found("GET /api/v1/nothing", undefined, 200, {}, { caller: "test" })).toEqual(["request  undescribed"]);
    expect(found("GET /api/v1/nothing", undefined, 404, {}, { caller: "test" })).toEqual([]);
  });

  test("of our own that the service does not know departs", () => {
    expect(found("GET /api/v1/users", undefined, 501, {})).toEqual(["answer 501 not simulated"]);
    expect(judge(exchange("GET /api/v1/users", undefined, 501, {}, { caller: "test" }))).toBeUndefined();
  });
});

test("whoever names itself in the product is one of ours", () => {
  const root = join(import.meta.dirname, "..", "..");
  const files = ["providers", "operations", "checks", "sandbox"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(root, folder, file), "utf8")),
  );
  const named = files.flatMap((text) =>
    [...text.matchAll(/(?:USER_AGENT = |userAgent \?\? |user-agent", )["`]([\w-]+)/g)].map(([, name]) => name!),
  );
  expect(new Set(named)).toEqual(
    new Set(["okta-anypoint", "okta-anypoint-verify", "pulumi-resource-okta", "AnypointPlatform", "MuleGateway"]),
  );
  expect(named.filter((name) => !isOurs(name))).toEqual([]);
});

suite("a local service that fails itself", () => {
  const failed = { error: "simulator_fault" };
  test.each(["okta-anypoint", "test", "Noise"])("departs, whoever asked (%s)", (caller) => {
    const applications = "GET /exchange/api/v2/organizations/o/applications";
    for (const [line, service] of [
      [applications, "anypoint"],
      ["GET /nowhere", "okta"],
    ] as const) {
      const { departures } = judge(exchange(line, undefined, 500, failed, { caller, service }))!;
      expect(departures).toMatchObject([{ at: "500", keyword: "simulator fault" }]);
      expect(KNOWN_DIFFERENCES.filter((entry) => covers(entry, departures[0]!))).toEqual([]);
    }
  });
});

suite("rows", () => {
  const id = "11111111-2222-4333-8444-555555555555";
  const policies = `GET /apimanager/api/v1/organizations/${id}/environments/${id}/apis/1/policies`;
  const policy = { id: "seven", colour: "blue" };
  test.each([
    ["a list", policies, [policy], false],
    ["an object around the list", policies, { policies: [policy], tiers: [] }, true],
    ["the only one", `${policies}/7`, policy, true],
  ])("are looked into where a list is described and %s comes", (_, line, body, whole) => {
    const departures = found(line, undefined, 200, body, { service: "anypoint" });
    expect(departures.includes("answer  type")).toBe(whole);
    expect(departures).toContain("answer /*/colour unknown");
  });
});

describe("known differences", () => {
  const departure: Departure = {
    operation: "GET /api/v1/apps",
    side: "answer",
    at: "/*/settings/app",
    keyword: "unknown",
    status: 200,
    detail: "",
  };

  test("cover their own operations, places and keywords alone", () => {
    const covered = (over: Partial<Departure>) =>
      KNOWN_DIFFERENCES.filter((entry) => covers(entry, { ...departure, ...over })).length;
    expect(covered({})).toBe(1);
    expect(covered({ operation: "GET /api/v1/groups" })).toBe(0);
    expect(covered({ at: "/*/settings/color" })).toBe(0);
    expect(covered({ keyword: "type" })).toBe(0);
    expect(covered({ side: "request" })).toBe(0);
    const body = { operation: "GET /accounts/api/me", at: "", keyword: "undescribed" };
    expect([covered({ ...body, status: 403 }), covered({ ...body, status: 200 })]).toEqual([1, 0]);
  });

  test("have a name of their own, and a source with its mark", () => {
    const names = KNOWN_DIFFERENCES.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(KNOWN_DIFFERENCES.filter(({ source }) => !/\[.*(confirmed|inferred).*\]/.test(source))).toEqual([]);
  });

  test("no service but the two vendors' is judged", () => {
    expect(judge(exchange("GET /x", undefined, 200, {}, { service: "gateway" }))).toBeUndefined();
  });
});
