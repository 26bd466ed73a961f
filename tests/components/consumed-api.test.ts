import { beforeAll, describe, expect, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";
import { ApiConsumer } from "../../components/api-consumer.ts";
import { consumerOf } from "../../components/consumed-api.ts";
import type { ApiOutput, TwoAppOutputs } from "../../config/outputs.ts";
import { register, useMocks } from "./mocks.ts";

beforeAll(() => useMocks("dev"));

const ORDERS: ApiOutput = {
  ...{ instanceId: "19000001", organizationId: "org", environmentId: "env", groupId: "group", assetId: "orders-api" },
  ...{ assetVersion: "1.0.0", productVersion: "v1", policyId: "7", policyVersion: "1.6.1", scopes: ["custom_scope"] },
};
const outputs = (apis: Record<string, ApiOutput>, clientProviderId?: string) =>
  ({ apis: pulumi.output(apis), clientProviderId: pulumi.output(clientProviderId) }) as unknown as TwoAppOutputs;

interface Promises {
  readonly isKnown: Promise<unknown>;
  readonly isSecret: Promise<unknown>;
  promise(): Promise<unknown>;
  allResources(): Promise<unknown>;
}

/** What the arguments of a consumer fail with. An output keeps several promises of one failure; each must be met. */
async function failuresOf({ api, clientProviderId }: ReturnType<typeof consumerOf>): Promise<string[]> {
  const all = Object.values({ ...api, clientProviderId }) as unknown as Promises[];
  const settled = await Promise.all(
    all.map((output) => Promise.allSettled([output.promise(), output.isKnown, output.isSecret, output.allResources()])),
  );
  const failed = settled.flatMap(([value]) => (value.status === "rejected" ? [value.reason as Error] : []));
  expect(failed.every((error) => error instanceof pulumi.RunError)).toBe(true);
  return [...new Set(failed.map(({ message }) => message))];
}

describe("consumerOf", () => {
  test("fills a consumer from the outputs of another stack alone", async () => {
    const resources = await register(
      () => new ApiConsumer("mobile", consumerOf(outputs({ orders: ORDERS }, "p1"), "orders")),
    );
    expect(resources.get("mobile-application")?.inputs).toMatchObject({ apiId: "19000001", clientProviderId: "p1" });
    expect(resources.get("mobile-contract")?.inputs).toMatchObject({
      ...{ apiId: "19000001", organizationId: "org", environmentId: "env", groupId: "group", assetId: "orders-api" },
      ...{ assetVersion: "1.0.0", productVersion: "v1" },
    });
  });

  test.each<[string, Record<string, ApiOutput>, RegExp]>([
    ["payments", { orders: ORDERS }, /no API "payments" .*: it has orders\./],
    ["toString", {}, /no API "toString" .*: it has none\./],
  ])("says which APIs there are in place of %s", async (name, apis, message) => {
    const failures = await failuresOf(consumerOf(outputs(apis, "p1"), name));
    expect(failures).toEqual([expect.stringMatching(message)]);
  });

  test("says what is to be done while there is no client provider", async () => {
    const failures = await failuresOf(consumerOf(outputs({ orders: ORDERS }), "orders"));
    expect(failures).toEqual([expect.stringMatching(/no output "clientProviderId" yet/)]);
  });
});
