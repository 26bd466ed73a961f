/** Clocks that are apart, by the local Okta's switch: our login copes with what Okta tolerates, and else its error names the clock. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { clockAhead, clockApart, inWords } from "../../providers/clock.ts";
import { orgToken } from "../../providers/okta/access-token.ts";
import { OktaError } from "../../providers/okta/errors.ts";
import { type Lab, startLab } from "../../sandbox/lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterEach(() => {
  lab.okta.switches.clockSkewSeconds = 0;
});
afterAll(() => lab.close());

const login = (privateKeyId = lab.credentials.okta.privateKeyId) =>
  orgToken(lab.okta.url, { ...lab.credentials.okta, privateKeyId }, ["okta.apps.manage"]);
const refused = () => login().catch((error: unknown) => error as OktaError) as Promise<OktaError>;

describe("the login at Okta", () => {
  test.each([-3200, -60, -2, 0, 2, 60, 280])("works with Okta's clock %i s ahead", async (skew) => {
    lab.okta.switches.clockSkewSeconds = skew;
    const { scopes, clockAhead: ahead = NaN } = await login();
    expect(scopes).toEqual(["okta.apps.manage"]);
    expect(Math.abs(ahead + skew)).toBeLessThan(5);
  });

  test.each([
    [320, /is expired\. This machine's clock is 5 minutes behind Okta's: set it right/],
    [86_400, /This machine's clock is 24 hours behind Okta's/],
    [-3400, /too far into the future\. This machine's clock is 57 minutes ahead of Okta's/],
  ])("is refused with Okta's clock %i s ahead, and the clock is named", async (skew, words) => {
    lab.okta.switches.clockSkewSeconds = skew;
    const error = await refused();
    expect(error).toBeInstanceOf(OktaError);
    expect(error.message).toMatch(words);
  });

  test("a wrong key is not put down to the clock where that is right", async () => {
    const error = (await login("another").catch((thrown: unknown) => thrown)) as OktaError;
    expect(error.message).toMatch(/kid is invalid/);
    expect([error.clock, /clock/.test(error.message)]).toEqual([undefined, false]);
  });
});

describe("the difference that an answer tells", () => {
  const now = Date.parse("2026-01-01T00:10:00Z");
  test.each([
    ["Thu, 01 Jan 2026 00:00:00 GMT", 600, "This machine's clock is 10 minutes ahead of X: set it right"],
    ["Thu, 01 Jan 2026 03:10:00 GMT", -10_800, "This machine's clock is 3 hours behind X: set it right"],
    ["Thu, 01 Jan 2026 00:09:30 GMT", 30, undefined],
    ["yesterday", undefined, undefined],
  ])("%s", (date, ahead, words) => {
    expect(clockAhead({ date }, now)).toBe(ahead);
    const said = clockApart(ahead, "X");
    if (words === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(words);
  });

  test("nothing without a Date", () => expect(clockAhead({}, now)).toBeUndefined());
  test.each([
    [1, "1 second"],
    [40, "40 seconds"],
    [120, "2 minutes"],
    [7200, "2 hours"],
  ])("%i s in words", (seconds, words) => expect(inWords(seconds)).toBe(words));
});
