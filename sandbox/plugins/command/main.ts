/** Started by the Pulumi engine as `pulumi-resource-command`, with the engine's address as argument. */
import { engineLog } from "../grpc/engine-log.ts";
import { createProviderService } from "../grpc/provider-service.ts";
import { servePlugin } from "../grpc/serve.ts";
import { commandPlugin } from "./provider.ts";

const address = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
await servePlugin(createProviderService(commandPlugin(engineLog(address))));
