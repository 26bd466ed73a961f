/** `npm run repair-state`: what Okta lost, and what a run that was cut off left there, by the real engine. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, jest, test } from "@jest/globals";
import type { AllTold, Told } from "./repair-state-runs.ts";

// Some twenty operations of the engine.
jest.setTimeout(600_000);

const COMMAND = "npm run repair-state -- --stack sandbox";

let told: AllTold;
beforeAll(async () => {
  const script = fileURLToPath(new URL("repair-state-runs.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script], { maxBuffer: 10_000_000 });
  told = JSON.parse(stdout) as AllTold;
});

const CONVERGED = { asUndisturbed: true, changes: { same: expect.any(Number) }, problems: [] };

test("a run that was cut off, at each object: the error names the command, which brings it all together", () => {
  const { refusals, repairs, ...end } = told.cutOff;
  for (const refusal of refusals) expect(refusal).toContain(COMMAND);
  const again = refusals.filter((refusal) => refusal.includes("an earlier run that was cut off")).join("");
  expect(again).toContain("A client with this 'client_id' already exists.");
  expect(again).toContain("is already granted to the app.");
  expect(again).toContain("Policy rule name already in use");
  const done = repairs.filter(({ code }) => code === 0).map(({ said }) => said);
  expect(repairs.filter(({ code }) => code !== 0).every(({ said }) => said.includes("add --yes"))).toBe(true);
  for (const kind of ["authorization server", "Manager app", "grants", "role", "scope", "access policy", "rule"]) {
    expect(done.join("")).toMatch(new RegExp(`  the ${kind} .* as okta-anypoint-`));
  }
  expect(done.join("")).toContain('Deleted in Okta: "MuleSoft-Token-Introspection (sandbox)"');
  expect(done.at(-1)).toContain("nothing to repair");
  expect(end).toEqual({ ...CONVERGED, destroyedAll: true });
});

test.each<[string, string[], string[]]>([
  [
    "the role, the access policy and a scope",
    ["Unable to read role assignment"],
    ["manager-role-assignment", "tokens-policy", "tokens-rule", "tokens-scope-custom_scope"],
  ],
  [
    "both apps and the server",
    ["failed to get OAuth application", "failed to get application scope consent grants", "Unable to read role"],
    [
      ...["inspector-app", "manager-app", "manager-role-assignment", "manager-scopes", "tokens-policy", "tokens-rule"],
      ...["tokens-scope-custom_scope", "tokens-scope-okta_anypoint_probe_sandbox", "tokens-server"],
    ],
  ],
])("deleted by hand: %s", (name, errors, taken) => {
  const { refusals, repairs, ...end } = told.byHand[name] as Told;
  for (const error of errors) expect(refusals.join("")).toContain(error);
  expect(repairs.map(({ code }) => code)).toEqual([0]);
  const said = repairs[0]?.said ?? "";
  expect([...said.matchAll(/^ {2}okta-anypoint-(\S+) \(okta:/gm)].map(([, resource]) => resource).sort()).toEqual(
    taken,
  );
  expect(said).toContain("Now run `pulumi up --stack sandbox`");
  expect(end).toEqual(CONVERGED);
});

test("a stack whose Inspector has a client id of Okta's goes on with it", () => {
  const { first, then, clientIds } = told.older;
  // The record of what the preflight looked at.
  expect(first).toEqual({ same: expect.any(Number), update: 1 });
  expect(then).toEqual({ same: expect.any(Number) });
  expect(clientIds).toEqual(["its own"]);
});
