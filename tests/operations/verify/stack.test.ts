import { describe, expect, test } from "@jest/globals";
import { CannotVerify, type VerificationOutput } from "../../../operations/verify/input.ts";
import { inputFromDeployment } from "../../../operations/verify/stack.ts";

const output: VerificationOutput = {
  okta: {
    orgUrl: "https://acme.okta.com",
    issuer: "https://acme.okta.com/oauth2/aus1",
    tokenUrl: "https://acme.okta.com/oauth2/aus1/v1/token",
    introspectionUrl: "https://acme.okta.com/oauth2/aus1/v1/introspect",
  },
  inspector: { clientId: "0oaINSPECTOR" },
  apis: [
    {
      name: "orders",
      url: "https://api.acme.example/orders",
      scopes: ["custom_scope"],
      scopeCriteria: "AND",
      consumer: { name: "orders-app", clientId: "0oaCONSUMER" },
    },
  ],
  probe: { scope: "probe", consumer: { name: "probe-app", clientId: "0oaPROBE" } },
};

/** As `pulumi stack export --show-secrets` writes secrets. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  plaintext: JSON.stringify(value),
});
const client = (type: string, clientId: string, clientSecret: unknown) => ({
  type,
  outputs: { clientId, clientSecret },
});
const APPLICATION = "pulumi-nodejs:dynamic/anypoint:ClientApplication";
const root = (verification: unknown) => ({ type: "pulumi:pulumi:Stack", outputs: { verification } });
const clients = [
  client("okta:app/oAuth:OAuth", "0oaMANAGER", ""),
  client("okta:app/oAuth:OAuth", "0oaINSPECTOR", secret("inspector-secret")),
  client(APPLICATION, "0oaCONSUMER", secret("consumer-secret")),
  client(APPLICATION, "0oaPROBE", secret("probe-secret")),
];

const failure = (deployment: unknown) => {
  try {
    inputFromDeployment(deployment, "dev");
  } catch (error) {
    expect(error).toBeInstanceOf(CannotVerify);
    return (error as Error).message;
  }
  throw new Error("should have thrown");
};

describe("the input from a stack's state", () => {
  test.each([
    ["plain", output],
    ["secret", secret(output)],
  ])("is the output, %s, with the clients' secrets", (_, verification) => {
    expect(inputFromDeployment({ resources: [root(verification), ...clients] }, "dev")).toEqual({
      okta: output.okta,
      inspector: { clientId: "0oaINSPECTOR", clientSecret: "inspector-secret" },
      apis: [
        {
          ...output.apis[0],
          method: "GET",
          consumer: { name: "orders-app", clientId: "0oaCONSUMER", clientSecret: "consumer-secret" },
        },
      ],
      probe: {
        scope: "probe",
        consumer: { name: "probe-app", clientId: "0oaPROBE", clientSecret: "probe-secret" },
      },
      deadlineSeconds: 180,
    });
  });

  test("needs no probe", () => {
    const { probe: _, ...without } = output;
    expect(inputFromDeployment({ resources: [root(without), ...clients] }, "dev")).not.toHaveProperty("probe");
  });

  test.each([[{}], [{ resources: [] }], [undefined]])("of an empty stack is refused", (deployment) => {
    expect(failure(deployment)).toContain("The stack dev is empty. Run `pulumi up --stack dev` first.");
  });

  test("without the output is refused, saying how the output comes about", () => {
    expect(failure({ resources: [root(undefined), ...clients] })).toContain('has no output "verification"');
  });

  test("of another shape is refused, naming the member", () => {
    expect(failure({ resources: [root({ ...output, inspector: {} }), ...clients] })).toContain("inspector.clientId");
  });

  test("names every client whose secret is not there", () => {
    const message = failure({ resources: [root(output), clients[2]] });
    expect(message).toContain("the Inspector (0oaINSPECTOR), probe-app (0oaPROBE)");
    expect(message).not.toContain("consumer-secret");
  });

  test("takes no secret from a resource of another type", () => {
    const other = client("random:index:Thing", "0oaINSPECTOR", secret("not-this"));
    expect(failure({ resources: [root(output), other, ...clients.slice(2)] })).toContain(
      "the Inspector (0oaINSPECTOR)",
    );
  });
});
