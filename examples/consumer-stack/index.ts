/** A consumer of an API that another stack protects: an application in Exchange, hence a client in Okta, and its contract. */
import * as pulumi from "@pulumi/pulumi";
import { ApiConsumer, consumerOf } from "okta-anypoint";
import { readTwoAppOutputs } from "okta-anypoint/outputs";

/** The stack's outputs: all that is needed to call the API. */
export default async function program() {
  const config = new pulumi.Config();
  const api = config.require("api");
  const outputs = readTwoAppOutputs(new pulumi.StackReference(config.require("twoAppStack")));

  const consumer = new ApiConsumer(`${pulumi.getProject()}-${pulumi.getStack()}`, consumerOf(outputs, api));

  return {
    clientId: consumer.clientId,
    clientSecret: consumer.clientSecret,
    tokenUrl: outputs.consumerTokenUrl,
    scope: outputs.apis.apply((apis) => (apis[api]?.scopes ?? []).join(" ")),
    apiUrl: outputs.apis.apply((apis) => apis[api]?.url),
    contractStatus: consumer.contract?.status,
  };
}
