/** A pattern made by hand, taken over by a configuration, by the real engine. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type HandMade, makeByHand } from "../../sandbox/hand-made.ts";
import { type Bench, recorded, startBench } from "./harness.ts";

describe("what is there is taken over", () => {
  let bench: Bench;
  let made: HandMade;
  let before: unknown;

  beforeAll(async () => {
    bench = await startBench();
    made = await makeByHand(bench.lab);
    before = bench.lab.snapshot();
    await bench.configure({
      "okta-anypoint:manager": { clientId: made.manager.id, label: made.manager.label, kid: made.manager.kid },
      "okta-anypoint:inspector": { label: made.inspector.label },
      "okta-anypoint:authorizationServer": {
        id: made.server.id,
        existingScopes: [made.server.scope],
        allowClients: "unmanaged",
      },
      "okta-anypoint:clientProvider": {
        name: made.provider.name,
        environments: ["Sandbox"],
        timeoutSeconds: 10,
        adopt: true,
      },
      "okta-anypoint:apis": [
        {
          name: "orders",
          environment: "Sandbox",
          instanceId: Number(made.api.id),
          policy: {
            policyId: Number(made.api.policyId),
            scopes: [made.server.scope],
            scopeCriteria: "OR",
            exposeHeaders: true,
            configuration: { authenticationTimeout: 8000 },
          },
          url: made.api.url,
        },
      ],
      "okta-anypoint:consumers": [
        {
          name: "orders-web",
          api: "orders",
          applicationName: "orders-web",
          description: "Asked for in Exchange",
          url: "https://orders.acme.example",
          redirectUris: ["https://orders.acme.example/callback"],
          adopt: true,
        },
      ],
      "okta-anypoint:verification": { probe: false, deadlineSeconds: 30 },
      "okta-anypoint:adopt": {
        managerApp: made.manager.id,
        managerGrants: true,
        managerRole: "IFIFAX2BIRGUSTQ",
        inspectorApp: made.inspector.id,
      },
    });
    const secret = (key: string, value: string) =>
      bench.stack.setConfig(`okta-anypoint:${key}`, { value, secret: true });
    await secret("managerPrivateKey", made.manager.privateKey);
    await secret("inspectorClientSecret", made.inspector.clientSecret);
  });
  afterAll(() => bench.close());

  test("the preview imports", async () => {
    const { changeSummary, stdout } = await bench.stack.preview(recorded(bench));
    console.log(stdout, changeSummary);
    for (const e of bench.events) {
      const m = e.resourcePreEvent?.metadata;
      if (m && m.op !== "create") console.log(m.op, m.urn.split("::").at(-1), JSON.stringify(m.diffs), JSON.stringify(m.detailedDiff));
    }
  });
  test("up", async () => {
    const { summary, stdout } = await bench.stack.up(recorded(bench));
    console.log(stdout, summary.resourceChanges);
    const p = await bench.stack.preview(recorded(bench));
    console.log(p.changeSummary);
    await bench.stack.destroy({ ...recorded(bench), runProgram: true });
    expect(bench.lab.snapshot()).toEqual(before);
  });
});
