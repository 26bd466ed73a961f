/** Started by the Pulumi engine as `pulumi-resource-okta`. */
import { createProviderService } from "../grpc/provider-service.ts";
import { servePlugin } from "../grpc/serve.ts";
import { oktaPlugin } from "./provider.ts";

await servePlugin(createProviderService(oktaPlugin));
