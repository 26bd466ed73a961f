/** What the host is told by the preflight when it can't even begin. */
import { expect, test } from "@jest/globals";
import { connect, definition } from "../../providers/handlers/preflight.ts";
import { operations } from "../../providers/handlers/resource-handler.ts";

test("without a login at Okta: a failure with the way out, and not an exception", async () => {
  const config: Record<string, string> = { "okta-anypoint:orgUrl": "https://acme.okta.com" };
  const preflight = operations(definition, () => connect((key) => config[key], {}));
  const { failures } = await preflight.check(
    {},
    {
      ...{ oktaScopes: [], manager: { label: "a", clientId: "a" }, inspector: { label: "b" } },
      ...{ clientProvider: { name: "p" }, environments: [], apis: [], applications: [] },
    },
  );
  expect(failures).toEqual([{ property: "", reason: expect.stringContaining("No way to log in to Okta") }]);
});
