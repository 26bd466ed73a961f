/** From the outputs of the stack that protects an API to the arguments of a consumer in another stack. */
import * as pulumi from "@pulumi/pulumi";
import type { TwoAppOutputs } from "../config/outputs.ts";
import type { ApiConsumerArgs } from "./api-consumer.ts";

/**
 * What {@link ApiConsumer} has to know of an API of another stack: `new ApiConsumer("mobile", { ...consumerOf(outputs, "orders") })`.
 * `name` is the API's name in that stack's configuration. Fails the program, with the names that there are, where it is none of them,
 * and where that stack has no client provider yet (mode `manual`).
 */
export function consumerOf(outputs: TwoAppOutputs, name: string): Pick<ApiConsumerArgs, "api" | "clientProviderId"> {
  const api = outputs.apis.apply((apis) => {
    const found = Object.hasOwn(apis, name) ? apis[name] : undefined;
    if (found !== undefined) return found;
    const names = Object.keys(apis).join(", ");
    throw new pulumi.RunError(
      `The other stack has no API "${name}" in its output "apis": ${names === "" ? "it has none" : `it has ${names}`}. Correct the name, or have it added to okta-anypoint:apis there.`,
    );
  });
  const clientProviderId = outputs.clientProviderId.apply((id) => {
    if (id !== undefined) return id;
    throw new pulumi.RunError(
      'The other stack has no output "clientProviderId" yet: its client provider is made by a person (mode manual), who has to give its id there first.',
    );
  });
  return {
    api: {
      apiId: api.instanceId,
      organizationId: api.organizationId,
      environmentId: api.environmentId,
      groupId: api.groupId,
      assetId: api.assetId,
      assetVersion: api.assetVersion,
      productVersion: api.productVersion,
    },
    clientProviderId,
  };
}
