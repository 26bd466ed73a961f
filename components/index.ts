/** What other programs may use: the components, and the resources that they are made of. */
export {
  AnypointClientProvider,
  type AnypointClientProviderArgs,
  type AssignedEnvironment,
} from "./anypoint-client-provider.ts";
export {
  ApiAuthorizationServer,
  type ApiAuthorizationServerArgs,
  type NewServerArgs,
  type ScopeArgs,
} from "./api-authorization-server.ts";
export { ApiConsumer, type ApiConsumerArgs, type ConsumedApi, type ContractTerms } from "./api-consumer.ts";
export { ClientAdminRole, type ClientAdminRoleArgs } from "./client-admin-role.ts";
export { consumerOf } from "./consumed-api.ts";
export { InspectorApp, type InspectorAppArgs } from "./inspector-app.ts";
export { type ClientDeletion, ManagerApp, type ManagerAppArgs } from "./manager-app.ts";
export { type ApiAsset, type EnforcementArgs, ProtectedApi, type ProtectedApiArgs } from "./protected-api.ts";
export { guardTeardown } from "./teardown-guard.ts";
export { type ConsumerArgs, TwoAppClientProvider, type TwoAppClientProviderArgs } from "./two-app-client-provider.ts";
export { Verification, type VerificationArgs } from "./verification.ts";
export * from "../providers/resources.ts";
