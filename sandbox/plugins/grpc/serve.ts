/** A plugin as the engine starts it: a gRPC server on 127.0.0.1 that prints its port and lives as long as the engine. */
import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

export interface PluginServer {
  readonly port: number;
  close(): void;
}

/** Listens on a free port. */
export async function startPluginServer(service: grpc.UntypedServiceImplementation): Promise<PluginServer> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  server.addService(providerGrpc.ResourceProviderService, service);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

/** Serves and tells the engine the port: one line on standard output. */
export async function servePlugin(service: grpc.UntypedServiceImplementation): Promise<void> {
  const { port } = await startPluginServer(service);
  process.stdout.write(`${port}\n`);
  // The engine ends a plugin by an interrupt and takes any other end than an exit with 0 for a crash.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
  // It holds the other end of this plugin's standard input for as long as it lives: an end of input means that it is gone.
  process.stdin.on("end", () => process.exit(0)).on("error", () => process.exit(0));
  process.stdin.resume();
}
