/** The engine killed in the middle of an `up`, objects that an `up` left half-made, and what the Okta plugin loses sight of. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Fault } from "../../sandbox/core/faults.ts";
import { Stage } from "../faults/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start({ updates: false });
});
afterAll(() => stage.close());

/** Points of a first `up`, by chance but the same each time: a share of its calls, and whether the call takes effect. */
const POINTS = fc.sample(fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.boolean()), {
  seed: 7,
  numRuns: 3,
});

test.each(POINTS)(
  "killed at %d of the calls (it takes effect: %s), cancelled, refreshed, brought up",
  async (share, effect) => {
    // One case of each call; what the plugin loses sight of is below.
    const calls = stage.cases.filter(
      ({ operation, faultClass, fault, blind }) =>
        operation === "up" && faultClass === "connection cut" && fault.service !== "gateway" && blind !== "plugin",
    );
    const one = calls[Math.floor(share * calls.length)]!;
    expect([one.name, await stage.kill(one, effect)]).toEqual([
      one.name,
      { wayOn: "again", troubles: [], details: [] },
    ]);
  },
);

/** The read after a creation is refused: what was made is there, and the state says that it is not well. */
const HALF_MADE: [RegExp, Pick<Fault, "caller" | "service" | "path">][] = [
  [/-app$/, { caller: "pulumi-resource-okta", service: "okta", path: "^/api/v1/apps/[^/]+$" }],
  [/-provider$/, { caller: "okta-anypoint", service: "anypoint", path: "/clientProviders/[^/]+$" }],
  [/-application$/, { caller: "okta-anypoint", service: "anypoint", path: "/applications/[^/]+$" }],
];

test.each(HALF_MADE)("half-made, %s: up, refresh and up, destroy", async (name, fault) => {
  const { halfMade, details } = await stage.playHalfMade({ ...fault, method: "GET", kind: "refuse", status: 403 });
  expect(halfMade).toEqual([expect.stringMatching(name)]);
  expect(details).toEqual({ up: [], refreshAndUp: [], destroy: [] });
});

describe("what the Okta plugin loses sight of", () => {
  const play = (name: string) => stage.play(stage.cases.find((one) => one.name.includes(name))!);

  test("what it deleted: the same command with --refresh", async () => {
    const { wayOn, troubles } = await play("DELETE /api/v1/authorizationServers/*/policies/* (1): cut");
    expect({ wayOn, troubles }).toEqual({ wayOn: "refresh", troubles: [] });
  });

  test.each([
    ["the Manager, whose client id is taken then", "okta POST /api/v1/apps (1): lose 500"],
    ["a server that it makes twice, since it repeats a 504", "okta POST /api/v1/authorizationServers (1): lose 504"],
  ])("%s: repair-state", async (_, name) => {
    const { wayOn, troubles } = await play(name);
    expect({ wayOn, troubles }).toEqual({ wayOn: "repair-state", troubles: [] });
  });
});
